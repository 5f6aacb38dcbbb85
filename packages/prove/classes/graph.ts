/** The graph of a site: ends, and edges between them. Edges are made when they are asked for, and kept with their network. */
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { arrivalsAt, pointKey, publicEdges, type Arrival, type PublicPoint, type Standing } from "./arrivals.ts";
import type { Edge } from "./edge.ts";
import { networkKey, serviceKey } from "./ends.ts";
import { atOnce, push, type Local, type Network, type Side } from "./network.ts";
import { pointsIn } from "./network-edges.ts";

/** What hosts and routers know of a public address. */
export interface Routes {
  /** Where packets from outside may come in. */
  readonly entries: (address: Ipv6) => readonly Entry[];
  /** Where packets may come in that a host sends there. */
  readonly entriesBeyond: (from: Local, address: Ipv6) => readonly Entry[];
  readonly hostOf: (local: Local) => HostState;
  /** Whether routers stand on the way that are not managed. */
  readonly hasForeign: boolean;
}

export interface Entry {
  readonly node: string;
  readonly side: Side;
}

export interface Graph {
  readonly networks: ReadonlyMap<number, Network>;
  /** By `PROJECT/NETWORK`. */
  readonly byName: ReadonlyMap<string, readonly Network[]>;
  /** By key. */
  readonly points: ReadonlyMap<string, PublicPoint>;
  /** By protocol and port. */
  readonly pointsAt: ReadonlyMap<string, readonly PublicPoint[]>;
  /** By `PROJECT/SERVICE` of the listener. */
  readonly pointsOf: ReadonlyMap<string, readonly PublicPoint[]>;
  readonly standing: ReadonlyMap<string, readonly Standing[]>;
  /** Those with a listener at a public address. */
  readonly networksOf: (address: Ipv6) => readonly Network[];
  readonly routes: Routes;
  /** From outside, by any host that may get it. */
  readonly arrivals: (point: PublicPoint) => readonly Arrival[];
  readonly publicEdges: (point: PublicPoint) => readonly Edge[];
}

export function graphOf(networks: ReadonlyMap<number, Network>, routes: Routes): Graph {
  const byName = new Map<string, Network[]>();
  const points = new Map<string, PublicPoint>();
  const standing = new Map<string, Standing[]>();
  const of = new Map<string, Map<string, PublicPoint>>();
  for (const network of networks.values()) {
    const { project } = network;
    push(byName, networkKey({ project, network: network.name }), network);
    for (const { key, local, listener } of pointsIn(network)) {
      points.set(key, listener);
      push(standing, key, { local, listener });
      const service = serviceKey({ project, service: listener.service });
      of.set(service, (of.get(service) ?? new Map<string, PublicPoint>()).set(key, listener));
    }
  }
  const pointsAt = new Map<string, PublicPoint[]>();
  for (const point of points.values()) push(pointsAt, `${point.protocol} ${point.port}`, point);
  const at = (point: PublicPoint, entries: readonly Entry[]): readonly Arrival[] =>
    arrivals(point, entries, standing.get(pointKey(point)) ?? [], networks);
  const arrivalsOf = memo((point) => at(point, routes.entries(point.vip)));
  return {
    networks,
    byName,
    points,
    pointsAt,
    pointsOf: new Map([...of].map(([key, each]) => [key, [...each.values()]])),
    standing,
    networksOf: (address) =>
      [...networks.values()].filter((network) => pointsIn(network).some(({ listener }) => listener.vip === address)),
    routes,
    arrivals: arrivalsOf,
    publicEdges: memo((point) => publicEdges(point, arrivalsOf(point))),
  };
}

/** What becomes of packets that come in there. A host asks its networks in the order of their VNIs. */
export function arrivals(
  point: PublicPoint,
  entries: readonly Entry[],
  standing: readonly Standing[],
  networks: ReadonlyMap<number, Network>,
): readonly Arrival[] {
  const seen = new Set<Local | string>();
  return entries.flatMap(({ node, side }) => {
    const here = standing.filter(({ local }) => local.node === node && atOnce(local.side, side));
    const [first] = here.toSorted((a, b) => a.local.state.vni - b.local.state.vni);
    const key = first?.local ?? node;
    if (seen.has(key)) return [];
    seen.add(key);
    return arrivalsAt(point, node, first, (vni) => networks.get(vni));
  });
}

function memo<T>(make: (point: PublicPoint) => T): (point: PublicPoint) => T {
  const known = new Map<string, T>();
  return (point) => {
    const key = pointKey(point);
    const made = known.get(key) ?? make(point);
    known.set(key, made);
    return made;
  };
}
