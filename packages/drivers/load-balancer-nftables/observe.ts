/** What the tables of the load balancer are now. */
import type { NodeSystem } from "@netwright/contract";
import { observeTable } from "../nftables/kernel.ts";
import type { TableHave } from "../nftables/parse.ts";
import type { BalancerWant } from "./want.ts";

/** By namespace; undefined where there is no table. */
export type BalancerHave = ReadonlyMap<string, TableHave | undefined>;

export async function observeBalancers(system: NodeSystem, want: readonly BalancerWant[]): Promise<BalancerHave> {
  return new Map(
    await Promise.all(
      want.map(async ({ netns, table }) => [netns, (await observeTable(system, netns, table)).table] as const),
    ),
  );
}
