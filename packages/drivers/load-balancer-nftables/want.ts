/** The tables of the load balancer, one per tenant network on this host. Pure. */
import { networkNamespace, type HostState } from "@netwright/contract";
import type { TableSpec } from "../nftables/table.ts";
import { balancerTable } from "./render.ts";

export interface BalancerWant {
  readonly netns: string;
  readonly table: TableSpec;
}

export const wantBalancers = (state: HostState): readonly BalancerWant[] =>
  state.networks.map((network) => ({ netns: networkNamespace(network), table: balancerTable(network) }));
