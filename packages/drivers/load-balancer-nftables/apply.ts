import type { NodeSystem, Problem } from "@netwright/contract";
import { loadScripts, type NftChange } from "../nftables/kernel.ts";

export const applyBalancers = (system: NodeSystem, changes: readonly NftChange[]): Promise<readonly Problem[]> =>
  loadScripts(system, "loadBalancer", changes);
