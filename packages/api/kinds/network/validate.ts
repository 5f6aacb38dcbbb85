/** Rules across fields of one Network. */
import { blockFindings } from "../contract/validate.ts";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { specialUse } from "../special-prefixes.ts";
import type { Network } from "./schema.ts";

export function validateNetwork({ spec: { prefix, contract }, metadata: { project } }: Network): readonly Finding[] {
  if (contract === undefined) return prefixFindings(prefix);
  return [...prefixFindings(prefix), ...blockFindings(contract, ["spec", "contract"], { kind: "Network", project })];
}

function prefixFindings(prefix: Network["spec"]["prefix"]): readonly Finding[] {
  const special = prefix === undefined ? undefined : specialUse(prefix);
  if (special === undefined) return [];
  const hint = "choose a /64 of your own, for example out of fd00::/8 (RFC 4193), or leave it out";
  return [finding("NW1203", ["spec", "prefix"], `${prefix} holds ${special}`, hint)];
}
