/** What BGP makes of the nodes' states: sessions, and who announces what. */
import { prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { BgpNeighbor, HostState } from "@netwright/contract";

export interface BgpIndex {
  /** Per node, the nodes that it has a session with, by name. */
  readonly sessions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Per service address (/128), the hosts that announce it, by name. */
  readonly announcers: ReadonlyMap<Ipv6Prefix, readonly HostState[]>;
  /** Per pool, the hosts that announce an address of it, by name. */
  readonly speakers: ReadonlyMap<Ipv6Prefix, readonly HostState[]>;
  /** Names of managed nodes, and addresses of their ends of sessions. */
  readonly managed: ReadonlySet<string>;
}

export function indexBgp(nodes: readonly HostState[]): BgpIndex {
  const announcers = new Map<Ipv6Prefix, HostState[]>();
  const speakers = new Map<Ipv6Prefix, HostState[]>();
  for (const node of nodes) {
    if (node.role !== "Host") continue;
    for (const prefix of node.bgp.announce) push(announcers, prefix, node);
    const spoken = node.bgp.pools.filter((pool) =>
      node.bgp.announce.some((prefix) => prefixContains(pool, addressOf(prefix))),
    );
    for (const pool of spoken) push(speakers, pool, node);
  }
  const managed = new Set(
    nodes.flatMap((node) => [node.node, ...node.bgp.neighbors.map((there) => there.localAddress)]),
  );
  return { sessions: sessionsOf(nodes), announcers, speakers, managed };
}

const addressOf = (prefix: Ipv6Prefix): Ipv6 => prefix.slice(0, prefix.indexOf("/")) as Ipv6;

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/**
 * A session exists where both ends' configurations agree on addresses and AS numbers. Not on names: a second session
 * to the same node has a name of its own.
 */
function sessionsOf(nodes: readonly HostState[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ends = new Map(
    nodes.flatMap((node) => node.bgp.neighbors.map((there) => [near(node, there), node.node] as const)),
  );
  const peers = (node: HostState): string[] =>
    node.bgp.neighbors.map((there) => ends.get(far(node, there))).filter((name) => name !== undefined);
  return new Map(nodes.map((node) => [node.node, new Set(peers(node))]));
}

/** How a node sees its session, and how the other end must see it. */
const near = (node: HostState, there: BgpNeighbor): string =>
  `${there.localAddress} ${node.bgp.asn} ${there.address} ${there.asn}`;
const far = (node: HostState, there: BgpNeighbor): string =>
  `${there.address} ${there.asn} ${there.localAddress} ${node.bgp.asn}`;

/** Neighbours of a host that are no managed router, neither by name nor by address: routers of others. */
export function foreignRouters(host: HostState, managed: ReadonlySet<string>): readonly string[] {
  return host.bgp.neighbors
    .filter(({ role, name, address }) => role === "Edge" && !managed.has(name) && !managed.has(address))
    .map(({ name }) => name);
}
