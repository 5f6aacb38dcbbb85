/** What the tables of the firewall are now, and which tenant namespaces forward. */
import { networkNamespace, type DeniedFlow, type NetworkState, type NodeSystem } from "@netwright/contract";
import { listTable } from "../nftables/kernel.ts";
import type { TableHave } from "../nftables/parse.ts";
import { ruleNameOf } from "../nftables/table.ts";
import { forwardingPath } from "./apply.ts";
import { deniedFlows } from "./denied.ts";
import type { FirewallWant } from "./want.ts";

export interface NamespaceHave {
  readonly table: TableHave | undefined;
  readonly forwarding: boolean;
}

/** By namespace. */
export type FirewallHave = ReadonlyMap<string | null, NamespaceHave>;

export async function observeFirewall(system: NodeSystem, want: readonly FirewallWant[]): Promise<FirewallHave> {
  return new Map(
    await Promise.all(want.map(async ({ netns }) => [netns, await observeNamespace(system, netns)] as const)),
  );
}

async function observeNamespace(system: NodeSystem, netns: string | null): Promise<NamespaceHave> {
  const [table, forwarding] = await Promise.all([
    listTable(system, netns, "inet"),
    // The node's own forwarding is not the firewall's to open.
    netns === null ? true : forwards(system, netns),
  ]);
  return { table, forwarding };
}

async function forwards(system: NodeSystem, netns: string): Promise<boolean> {
  const { code, stdout } = await system.runner.run(["cat", forwardingPath], { netns });
  return code === 0 && stdout.trim() === "1";
}

/** Flows dropped in this network on this host since they were last seen ten minutes ago, the most packets first. */
export async function readDenied(
  system: NodeSystem,
  network: Pick<NetworkState, "project" | "name">,
): Promise<readonly DeniedFlow[]> {
  const table = await listTable(system, networkNamespace(network), "inet");
  return table === undefined ? [] : deniedFlows(table);
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

/** What stands in one namespace (null: the node's own) and what it counted. */
export async function readCounts(system: NodeSystem, netns: string | null): Promise<FirewallCounts> {
  const table = await listTable(system, netns, "inet");
  if (table === undefined) return { rules: 0, counters: [] };
  const counters = [...table.chains].flatMap(([chain, { rules }]) =>
    rules.map(({ comment, packets, bytes }) => ({ rule: `${chain}/${ruleNameOf(comment) ?? ""}`, packets, bytes })),
  );
  return { rules: table.sets.get("flows")?.elements.size ?? 0, counters };
}
