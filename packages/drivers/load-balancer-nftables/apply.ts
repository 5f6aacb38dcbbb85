import type { NodeSystem, Problem } from "@netwright/contract";
import { removePrograms } from "../load-balancer-ebpf/remove-programs.ts";
import { describeScript, loadScripts } from "../nftables/kernel.ts";
import type { BalancersChange } from "./plan.ts";

export async function applyBalancers(
  system: NodeSystem,
  changes: readonly BalancersChange[],
): Promise<readonly Problem[]> {
  const scripts = changes.flatMap((change) => ("script" in change ? [change] : []));
  const problems = await loadScripts(system, "loadBalancer", scripts);
  // What it serves stays served where its successor could not be loaded.
  if (problems.length > 0) return problems;
  const removals = changes.flatMap((change) => ("removeFrom" in change ? [removePrograms(system, change)] : []));
  return (await Promise.all(removals)).flat();
}

export const describeBalancers = (change: BalancersChange): string =>
  "script" in change ? describeScript(change) : "remove the programs of the other driver";
