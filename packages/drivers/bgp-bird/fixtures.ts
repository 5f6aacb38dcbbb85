/** States for tests: the default fabric of two edges, three hosts and a provider, link by link. */
import { hostPrefix, milliseconds, parseIpv6, parsePrefix, seconds, type Ipv6Prefix } from "@netwright/base";
import type { BgpNeighbor, BgpState, ForeignSession, HostState, NeighborRole } from "@netwright/contract";

export const pool = parsePrefix("2001:db8:100::/64");
export const underlay = parsePrefix("fd00:0:0:1::/64");
export const service = (number: number): Ipv6Prefix => parsePrefix(`2001:db8:100::${number.toString(16)}/128`);

export const asns: Readonly<Record<string, number>> = {
  provider: 64500,
  edge1: 64510,
  edge2: 64510,
  host1: 4_200_000_001,
  host2: 4_200_000_002,
  host3: 4_200_000_003,
};

/** Both ends of every link; the index gives the /127. Interfaces carry the name of the node at the other end. */
export const links: readonly (readonly [string, string])[] = [
  ["provider", "edge1"],
  ["provider", "edge2"],
  ["edge1", "edge2"],
  ["edge1", "host1"],
  ["edge2", "host1"],
  ["edge1", "host2"],
  ["edge2", "host2"],
  ["edge1", "host3"],
  ["edge2", "host3"],
];

export const linkAddress = (index: number, end: 0 | 1) => parseIpv6(`fd00:0:0:2::${(2 * index + end).toString(16)}`);
export const loopbackOf = (host: string): Ipv6Prefix => hostPrefix(parseIpv6(`fd00:0:0:1::${host.at(-1)}`));
export const bfd = { interval: milliseconds(50), multiplier: 3 };

const kindOf = (node: string): string => node.slice(0, 4);

function roleOf(node: string, peer: string): NeighborRole {
  if (kindOf(node) === "host") return "Edge";
  if (kindOf(peer) === "host") return "Host";
  return kindOf(peer) === "edge" ? "Fabric" : "Upstream";
}

function neighborsOf(node: string): readonly BgpNeighbor[] {
  const found = links.flatMap(([a, b], index): BgpNeighbor[] => {
    if (node !== a && node !== b) return [];
    const [peer, end] = node === a ? ([b, 0] as const) : ([a, 1] as const);
    const role = roleOf(node, peer);
    return [
      {
        name: peer,
        role,
        asn: asns[peer] ?? 0,
        interface: peer,
        localAddress: linkAddress(index, end),
        address: linkAddress(index, end === 0 ? 1 : 0),
        loopback: role === "Host" ? loopbackOf(peer) : null,
        bfd,
      },
    ];
  });
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function bgpOf(node: string, announce: readonly Ipv6Prefix[] = []): BgpState {
  const isHost = kindOf(node) === "host";
  return {
    asn: asns[node] ?? 0,
    routerId: `10.0.${isHost ? 2 : 1}.${node.at(-1)}`,
    loopbacks: isHost ? [loopbackOf(node)] : [],
    announce,
    pools: [pool],
    underlay: [underlay],
    neighbors: neighborsOf(node),
  };
}

/** What a Router that is not managed has by default. */
export const agreed: ForeignSession = {
  passwordFile: null,
  multihop: null,
  ttlSecurity: false,
  communities: [],
  maxPrefixes: null,
  gracefulRestart: false,
  holdTime: seconds(9),
  keepaliveTime: seconds(3),
};

/** The same with edges and providers that belong to others. */
export function foreignTo(bgp: BgpState, session: ForeignSession, watch: BgpNeighbor["bfd"] = bfd): BgpState {
  const neighbors = bgp.neighbors.map((one) =>
    one.role === "Edge" || one.role === "Upstream" ? { ...one, bfd: watch, foreign: session } : one,
  );
  return { ...bgp, neighbors };
}

export function stateOf(node: string, bgp: BgpState): HostState {
  const isHost = kindOf(node) === "host";
  const hostId = isHost ? Number(node.at(-1)) : 0;
  const vtep = isHost ? parseIpv6(`fd00:0:0:1::${hostId}`) : null;
  const role = isHost ? "Host" : "Router";
  return {
    node,
    role,
    paused: false,
    underlay: { vtep, hostId, tunnelPeers: [], externalInterfaces: [] },
    networks: [],
    bgp,
  };
}
