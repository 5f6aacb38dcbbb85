/** The tables of one namespace against what its state means. */
import { networkNamespace, defaultLoadBalancer, nftTable, type HostState } from "@netwright/contract";
import { comparePrograms, defaultSteps, type Comparison } from "./compare.ts";
import { programOf } from "./nft-rules.ts";
import type { NftTable } from "./nft-text.ts";
import type { Program } from "./program.ts";
import { balancerMeaning } from "./spec-balancer.ts";
import { nodeMeaning } from "./spec-node.ts";
import { tenantMeaning } from "./spec-tenant.ts";

/** What one namespace should let through, by the family of its table. */
export interface NamespaceMeaning {
  /** Null is the node's own. */
  readonly netns: string | null;
  readonly programs: ReadonlyMap<string, () => Program>;
}

export function meaningOf(state: HostState): readonly NamespaceMeaning[] {
  const { hostId } = state.underlay;
  return [
    { netns: null, programs: new Map([["inet", () => nodeMeaning(state)]]) },
    ...state.networks.map((network) => ({
      netns: networkNamespace(network),
      programs: new Map([
        ["inet", () => tenantMeaning(network, hostId)],
        ["netdev", () => balancerMeaning(network, state.loadBalancer ?? defaultLoadBalancer)],
      ]),
    })),
  ];
}

const none: Program = { chains: new Map() };

/** Ours is one table of each family; it counts as empty where it is not there, or the kernel does not ask it. */
export function checkNamespace(
  { programs }: NamespaceMeaning,
  tables: readonly NftTable[],
  families: readonly string[] = [...programs.keys()],
  budget = defaultSteps,
): Comparison {
  const parts: Comparison[] = [];
  for (const family of families) {
    const table = tables.find((each) => each.family === family && each.name === nftTable && !each.dormant);
    const used = parts.reduce((sum, { steps }) => sum + steps, 0);
    parts.push(
      comparePrograms(programs.get(family)?.() ?? none, table === undefined ? none : programOf(table), budget - used),
    );
  }
  const verdicts = new Set(parts.map(({ verdict }) => verdict));
  return {
    verdict: verdicts.has("Different") ? "Different" : verdicts.has("Unknown") ? "Unknown" : "Same",
    differences: parts.flatMap(({ differences }) => differences),
    unclear: parts.flatMap(({ unclear }) => unclear),
    steps: parts.reduce((sum, { steps }) => sum + steps, 0),
  };
}
