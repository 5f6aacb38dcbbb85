/** Which faults of labs this machine can have, by the names that `needs` of scenarios has for them. */
import type { Finding } from "@netwright/agent/doctor.ts";
import { faultCapabilities, type FaultCapabilities } from "@netwright/lab";
import { labContext } from "../lab/context.ts";

const meanings: Readonly<Record<keyof FaultCapabilities, string>> = {
  wire: "links lose, delay and damage frames by seed",
  netem: "links lose, delay and damage packets in the kernel",
  drop: "links are cut, partitions, DNS that fails",
  clock: "nodes whose clock is wrong",
};

/** The kernel answers root alone. @param isRoot of this process */
export async function faultFindings(isRoot: boolean): Promise<readonly Finding[]> {
  const names = Object.keys(meanings) as (keyof FaultCapabilities)[];
  if (!isRoot) {
    const message = "what this machine can do is not known";
    return [{ verdict: "Note", code: "NW1603", subject: "faults", message, hint: "run doctor as root" }];
  }
  const found = await faultCapabilities(labContext);
  return names.map((name): Finding => {
    const [capability, subject] = [found[name], `fault ${name}`];
    if (capability.kind === "Available") return { verdict: "Good", code: null, subject, message: meanings[name] };
    const { reason, hint } = capability;
    const meaning = `scenarios with needs: [${name}] are skipped`;
    return { verdict: "Note", code: "NW1603", subject, message: reason, meaning, hint };
  });
}
