/** The tables of the load balancer, one per tenant network on this host. Pure. */
import { networkNamespace, toldHosts, type HostState, type NetworkState, type Tunnel } from "@netwright/contract";
import type { TableSpec } from "../nftables/table.ts";
import { balancerTable } from "./render.ts";

export interface BalancerWant {
  readonly netns: string;
  readonly network: NetworkState;
  /** While every host can be reached. */
  readonly table: TableSpec;
  /** Other hosts that count only while there is a route to their tunnel end point. */
  readonly told: readonly Tunnel[];
}

export const wantBalancers = (state: HostState): readonly BalancerWant[] =>
  state.networks.map((network) => ({
    netns: networkNamespace(network),
    network,
    table: balancerTable(network),
    told: toldHosts(state, network),
  }));
