/** Loads the transactions, then opens forwarding where all rules stand. */
import { messageOf } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import { forwardingPath, loadScripts } from "../nftables/kernel.ts";
import type { FirewallChange } from "./plan.ts";

export async function applyFirewall(
  system: NodeSystem,
  changes: readonly FirewallChange[],
): Promise<readonly Problem[]> {
  const problems = await loadScripts(
    system,
    "firewall",
    changes.filter((change) => change.kind === "Rules"),
  );
  const refused = new Set(problems.map((problem) => problem.subject));
  const opened = changes.filter((change) => change.kind === "Forward" && !refused.has(change.netns));
  const more = await Promise.all(opened.map((change) => openForwarding(system, change.netns as string)));
  return [...problems, ...more.flat()];
}

async function openForwarding(system: NodeSystem, netns: string): Promise<readonly Problem[]> {
  const problem = (message: string): readonly Problem[] => [
    { slot: "firewall", code: "NW1601", message, subject: netns },
  ];
  try {
    const { code, stderr } = await system.runner.run(["tee", forwardingPath], { netns, input: "1\n" });
    return code === 0 ? [] : problem(`forwarding cannot be opened: ${stderr.trim()}`);
  } catch (error) {
    return problem(messageOf(error));
  }
}
