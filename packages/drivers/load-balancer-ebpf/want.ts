/** What the maps and the devices of a host should have. Pure. */
import {
  networkNamespace,
  toldHosts,
  tunnelMac,
  uplinkTenantDevice,
  type HostState,
  type LoadBalancer,
  type Tunnel,
} from "@netwright/contract";
import { priority, type TableSpec } from "../nftables/table.ts";
import { addressKey, deliveryKey, listenerKey, macValue, type Octets } from "./layout.ts";

export interface ListenerWant {
  readonly key: Octets;
  readonly listener: LoadBalancer;
}

export interface NetworkWant {
  readonly netns: string;
  readonly listeners: readonly ListenerWant[];
  /** Of addresses with a listener. */
  readonly addresses: readonly Octets[];
  readonly deliveries: readonly Octets[];
  /** Other hosts that count only while there is a route to their tunnel end point. */
  readonly told: readonly Tunnel[];
}

export interface BalancerWant {
  /** The value of map `host`. */
  readonly host: Octets;
  /** By VNI. None: nothing of the driver's is wanted on this node. */
  readonly networks: readonly NetworkWant[];
}

export function wantBalancer(state: HostState): BalancerWant {
  const networks = state.networks.map((network): NetworkWant => {
    const { loadBalancers, deliveries } = network;
    return {
      netns: networkNamespace(network),
      listeners: loadBalancers.map((listener) => ({ key: listenerKey(listener), listener: flowsOf(listener) })),
      addresses: [...new Set(loadBalancers.map(({ vip }) => addressKey(vip)))],
      deliveries: [...new Set(deliveries.map(deliveryKey))],
      told: toldHosts(state, network),
    };
  });
  return { host: macValue(tunnelMac(state.underlay.hostId)), networks };
}

/**
 * Of datagrams every flow begins without a SYN, and all former members would be asked about each new one: that is done only
 * while some of them drain.
 */
function flowsOf(listener: LoadBalancer): LoadBalancer {
  const { protocol, draining = [] } = listener;
  if (protocol === "tcp" || draining.length > 0) return listener;
  const { former: _, ...rest } = listener;
  return rest;
}

/** By which the kernel's programs tell a packet that found no member. */
const noMemberMark = "0x6e770fff";

/** A client learns at once that there is no member; the kernel's programs come before this chain at the same device. */
export const refusals: TableSpec = {
  family: "netdev",
  sets: [],
  chains: [
    {
      name: "uplink",
      hook: {
        type: "filter",
        hook: "ingress",
        device: uplinkTenantDevice,
        priority: priority.filter,
        policy: "accept",
      },
      rules: [
        { name: "refused-tcp", text: `meta mark ${noMemberMark} meta l4proto tcp counter reject with tcp reset` },
        {
          name: "refused-udp",
          text: `meta mark ${noMemberMark} meta protocol ip6 counter reject with icmpv6 port-unreachable`,
        },
      ],
    },
  ],
};
