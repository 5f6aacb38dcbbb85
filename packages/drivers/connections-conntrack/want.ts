/** What connections a network may have on this host. Pure. */
import type { Ipv6, Ipv6Prefix } from "@netwright/base";
import {
  networkNamespace,
  resolverHostAddress,
  type EgressEntry,
  type HostId,
  type HostState,
  type NetworkState,
} from "@netwright/contract";

export interface ConnectionsWant {
  readonly netns: string;
  readonly prefix: Ipv6Prefix;
  readonly hostId: HostId;
  /** Addresses of this host's workloads. */
  readonly addresses: ReadonlySet<Ipv6>;
  /** By `flowId`. */
  readonly flows: ReadonlySet<string>;
  readonly egress: readonly EgressEntry[];
  /** Where questions for names end; null where nobody answers them. */
  readonly resolver: Ipv6 | null;
  /** By `deliveryId`. */
  readonly deliveries: ReadonlySet<string>;
}

export const flowId = (from: number, to: number, protocol: string, port: number | undefined): string =>
  `${from} ${to} ${protocol} ${port}`;

export const deliveryId = (
  vip: Ipv6,
  protocol: string,
  port: number | undefined,
  address: Ipv6,
  targetPort: number | undefined,
): string => `${vip} ${protocol} ${port} ${address} ${targetPort}`;

export const wantConnections = (state: HostState): readonly ConnectionsWant[] =>
  state.networks.map((network) => wantNetwork(network, state.underlay.hostId));

function wantNetwork(network: NetworkState, hostId: HostId): ConnectionsWant {
  return {
    netns: networkNamespace(network),
    prefix: network.prefix,
    hostId,
    addresses: new Set(network.workloads.map((workload) => workload.address)),
    flows: new Set(network.policy.map(({ from, to, protocol, port }) => flowId(from, to, protocol, port))),
    egress: network.egress ?? [],
    resolver: network.names === undefined ? null : resolverHostAddress(network.vni),
    deliveries: new Set(
      network.deliveries.map(({ vip, protocol, port, address, targetPort }) =>
        deliveryId(vip, protocol, port, address, targetPort),
      ),
    ),
  };
}
