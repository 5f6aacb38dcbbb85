/** What the tables of the load balancer are now, and which hosts there is a way to. */
import { hasRoute, type HostId, type NodeSystem } from "@netwright/contract";
import { observeTable } from "../nftables/kernel.ts";
import type { TableHave } from "../nftables/parse.ts";
import { parseRoutes, routesPath } from "../reachable-hosts.ts";
import { hasPrograms } from "../load-balancer-ebpf/remove-programs.ts";
import type { BalancerWant } from "./want.ts";

export interface BalancerHave {
  /** By namespace; undefined where there is no table. */
  readonly tables: ReadonlyMap<string, TableHave | undefined>;
  /** Hosts whose tunnel end point has no route of its own. */
  readonly unreachable: ReadonlySet<HostId>;
  /** Whether the other driver has left something here. */
  readonly isOthersThere: boolean;
}

export async function observeBalancers(system: NodeSystem, want: readonly BalancerWant[]): Promise<BalancerHave> {
  const told = want.flatMap((network) => network.told);
  const routes = told.length === 0 ? [] : parseRoutes((await system.files.read(routesPath)) ?? "");
  const unreachable = new Set(told.filter(({ vtep }) => !hasRoute(routes, vtep)).map(({ hostId }) => hostId));
  const tables = await Promise.all(
    want.map(async ({ netns, table }) => [netns, (await observeTable(system, netns, table)).table] as const),
  );
  return { tables: new Map(tables), unreachable, isOthersThere: await hasPrograms(system) };
}
