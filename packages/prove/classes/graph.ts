/** The graph of a site: ends, and edges between them. Edges are made when they are asked for, and kept with their network. */
import { memo, push } from "./maps.ts";
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { arrivalsAt, pointKey, publicEdges, type Arrival, type PublicPoint, type Standing } from "./arrivals.ts";
import type { Edge } from "./edge.ts";
import { networkKey } from "./ends.ts";
import { atOnce, type Local, type Network, type Side } from "./network.ts";
import { listenersOf, pointsIn } from "./network-edges.ts";

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

/** Looked up when it is asked for: most proofs are about few. */
export interface Graph {
  readonly networks: ReadonlyMap<number, Network>;
  /** By `PROJECT/NETWORK`. */
  readonly byName: ReadonlyMap<string, readonly Network[]>;
  /** By key; undefined where no host has such a listener. */
  readonly point: (key: string) => PublicPoint | undefined;
  readonly points: () => readonly PublicPoint[];
  /** By `PROJECT/SERVICE` of the listener. */
  readonly pointsOf: (service: string) => readonly PublicPoint[];
  /** By key. */
  readonly standing: (key: string) => readonly Standing[];
  /** Those with a listener at a public address. */
  readonly networksOf: (address: Ipv6) => readonly Network[];
  readonly routes: Routes;
  /** From outside, by any host that may get it. By key. */
  readonly arrivals: (key: string) => readonly Arrival[];
  readonly publicEdges: (key: string) => readonly Edge[];
}

export function graphOf(networks: ReadonlyMap<number, Network>, routes: Routes): Graph {
  const all = [...networks.values()];
  const byName = new Map<string, Network[]>();
  for (const network of all) push(byName, networkKey({ project: network.project, network: network.name }), network);
  const standing = memo((key: string): readonly Standing[] => {
    const found: Standing[] = [];
    for (const network of all) {
      const here = listenersOf(network).byPoint.get(key);
      if (here !== undefined) found.push(...here);
    }
    return found;
  });
  const point = (key: string): PublicPoint | undefined => standing(key)[0]?.listener;
  const arrivalsOf = memo((key: string): readonly Arrival[] => {
    const at = point(key);
    return at === undefined ? [] : arrivals(at, routes.entries(at.vip), standing(key), networks);
  });
  const distinct = (points: readonly PublicPoint[]): readonly PublicPoint[] => [
    ...new Map(points.map((each) => [pointKey(each), each])).values(),
  ];
  return {
    networks,
    byName,
    point,
    points: () => distinct(all.flatMap((network) => pointsIn(network).map(({ listener }) => listener))),
    pointsOf: memo((service: string) =>
      distinct(all.flatMap((network) => listenersOf(network).byService.get(service) ?? [])),
    ),
    standing,
    networksOf: (address) => all.filter((network) => listenersOf(network).addresses.has(address)),
    routes,
    arrivals: arrivalsOf,
    publicEdges: memo((key: string) => {
      const at = point(key);
      return at === undefined ? [] : publicEdges(at, arrivalsOf(key));
    }),
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
