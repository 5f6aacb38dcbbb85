/** The tables of the firewall: one in the node's own namespace, one per tenant network. Pure. */
import { networkNamespace, type HostState } from "@netwright/contract";
import type { TableSpec } from "../nftables/table.ts";
import { hostTable } from "./host-table.ts";
import { tenantTable } from "./tenant-table.ts";

export interface FirewallWant {
  /** Null is the node's own namespace. */
  readonly netns: string | null;
  readonly table: TableSpec;
}

export const wantFirewall = (state: HostState): readonly FirewallWant[] => [
  { netns: null, table: hostTable(state) },
  ...state.networks.map((network) => ({
    netns: networkNamespace(network),
    table: tenantTable(network, state.underlay.hostId),
  })),
];
