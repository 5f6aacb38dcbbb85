/** Single changes of states that no manifest asks for. */
import type { HostState, NetworkState } from "@netwright/contract";
import * as fc from "fast-check";

export interface Break {
  readonly host: number;
  readonly network: number;
  readonly pick: number;
  readonly kind: (typeof kinds)[number];
}

const kinds = [
  "RuleGone",
  "RuleMore",
  "DeliveryGone",
  "TunnelGone",
  "TunnelElsewhere",
  "MacGone",
  "ListenerGone",
  "MembersElsewhere",
  "AnnouncementGone",
  "PeerGone",
  "EgressGone",
  "EgressMore",
] as const;

export const broken: fc.Arbitrary<Break> = fc.record({
  host: fc.nat(3),
  network: fc.nat(2),
  pick: fc.nat(20),
  kind: fc.constantFrom(...kinds),
});

const without = <T>(list: readonly T[], pick: number): readonly T[] =>
  list.toSpliced(pick % Math.max(1, list.length), 1);

export function breakSite(states: readonly HostState[], { host, network, pick, kind }: Break): readonly HostState[] {
  const hosts = states.filter(({ role }) => role === "Host");
  const chosen = hosts[host % hosts.length];
  return states.map((state) => (state === chosen ? breakHost(state, network, pick, kind) : state));
}

function breakHost(state: HostState, network: number, pick: number, kind: Break["kind"]): HostState {
  if (kind === "AnnouncementGone")
    return { ...state, bgp: { ...state.bgp, announce: without(state.bgp.announce, pick) } };
  if (kind === "PeerGone")
    return { ...state, underlay: { ...state.underlay, tunnelPeers: without(state.underlay.tunnelPeers, pick) } };
  const at = network % Math.max(1, state.networks.length);
  return {
    ...state,
    networks: state.networks.map((each, index) => (index === at ? breakNetwork(each, pick, kind) : each)),
  };
}

function breakNetwork(network: NetworkState, pick: number, kind: Break["kind"]): NetworkState {
  const origin = { object: "service/none", field: "spec" };
  const cls = network.workloads[pick % Math.max(1, network.workloads.length)]?.class ?? 1;
  switch (kind) {
    case "RuleGone":
      return { ...network, policy: without(network.policy, pick) };
    case "RuleMore":
      return {
        ...network,
        policy: [...network.policy, { from: cls, to: (pick % 24) + 1, protocol: "tcp", port: 22, origin }],
      };
    case "DeliveryGone":
      return { ...network, deliveries: without(network.deliveries, pick) };
    case "TunnelGone":
      return { ...network, tunnels: without(network.tunnels, pick) };
    case "TunnelElsewhere":
      return {
        ...network,
        tunnels: network.tunnels.map((each, index) => (index === 0 ? { ...each, vtep: "fd00::99" as never } : each)),
      };
    case "MacGone":
      return {
        ...network,
        tunnels: network.tunnels.map((each) => Object.assign({}, each, { memberMacs: without(each.memberMacs, pick) })),
      };
    case "ListenerGone":
      return { ...network, loadBalancers: without(network.loadBalancers, pick) };
    case "MembersElsewhere":
      return {
        ...network,
        deliveries: network.deliveries.map((each, index) =>
          index === 0
            ? { ...each, address: network.workloads[pick % network.workloads.length]?.address ?? each.address }
            : each,
        ),
      };
    case "EgressGone":
      return network.egress === undefined ? network : { ...network, egress: without(network.egress, pick) };
    case "EgressMore":
      return {
        ...network,
        egress: [
          ...(network.egress ?? []),
          {
            from: cls,
            source: "2001:db8:100::70" as never,
            to: "2001:db8::/32" as never,
            protocol: "tcp",
            port: 443,
            origin,
          },
        ],
      };
    case "AnnouncementGone":
    case "PeerGone":
      return network;
  }
}
