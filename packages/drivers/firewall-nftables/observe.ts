/** What the tables of the firewall are now, and which tenant namespaces forward. */
import { networkNamespace, type DeniedFlow, type NetworkState, type NodeSystem } from "@netwright/contract";
import { listSets, observeTable, type NamespaceHave } from "../nftables/kernel.ts";
import { ruleNameOf } from "../nftables/table.ts";
import { deniedFlows, deniedSets, notExposedFlows, notExposedSets } from "./denied.ts";
import type { FirewallWant } from "./want.ts";

/** By namespace. */
export type FirewallHave = ReadonlyMap<string | null, NamespaceHave>;

export async function observeFirewall(system: NodeSystem, want: readonly FirewallWant[]): Promise<FirewallHave> {
  return new Map(
    await Promise.all(want.map(async ({ netns, table }) => [netns, await observeTable(system, netns, table)] as const)),
  );
}

/** Flows dropped in this network on this host since they were last seen ten minutes ago, the most packets first. */
export async function readDenied(
  system: NodeSystem,
  network: Pick<NetworkState, "project" | "name">,
): Promise<readonly DeniedFlow[]> {
  return deniedFlows(await listSets(system, networkNamespace(network), "inet", deniedSets));
}

/** The same of packets from outside to public addresses: the node's own namespace drops them. */
export async function readNotExposed(system: NodeSystem): Promise<readonly DeniedFlow[]> {
  return notExposedFlows(await listSets(system, null, "inet", notExposedSets));
}

export interface RuleCount {
  readonly rule: string;
  readonly packets: number;
  readonly bytes: number;
}

export interface FirewallCounts {
  /** Policy elements installed. */
  readonly rules: number;
  /** Every counted rule as `chain/name`. */
  readonly counters: readonly RuleCount[];
}

/** What stands in one namespace (null: the node's own) and what it counted. Lists every policy element. */
export async function readCounts(system: NodeSystem, netns: string | null): Promise<FirewallCounts> {
  const flows = { name: "flows", kind: "map", type: "", elements: [] } as const;
  const { table } = await observeTable(system, netns, { family: "inet", sets: [flows] });
  if (table === undefined) return { rules: 0, counters: [] };
  const counters = [...table.chains].flatMap(([chain, { rules }]) =>
    rules.map(({ comment, packets, bytes }) => ({ rule: `${chain}/${ruleNameOf(comment) ?? ""}`, packets, bytes })),
  );
  return { rules: table.sets.get("flows")?.elements.size ?? 0, counters };
}
