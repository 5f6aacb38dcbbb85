/** Status of a CertificateIssuer: whether its authority takes orders from us. Pure. */
import type { CertificateIssuer, Condition } from "@netwright/api";
import { conditionsOf, type Verdict } from "./conditions.ts";
import type { Facts } from "./facts.ts";

export function issuerStatus(
  { certificates, now }: Pick<Facts, "certificates" | "now">,
  { metadata: { name, generation = 0 } }: CertificateIssuer,
  before: readonly Condition[],
): NonNullable<CertificateIssuer["status"]> {
  const { account, obstacle } = certificates.issuerFacts(name);
  const verdict = (): Pick<Verdict, "status" | "reason" | "message"> => {
    if (account !== undefined) return { status: "True", reason: "Registered", message: `the account is ${account}` };
    if (obstacle !== undefined) return { status: "False", ...obstacle };
    return { status: "False", reason: "Registering", message: "the account is being made" };
  };
  return {
    ...(account === undefined ? {} : { account }),
    conditions: [...conditionsOf([{ type: "Ready", ...verdict(), observedGeneration: generation }], before, now)],
  };
}
