/** The graph as one proof looks at it: what was read is remembered, so that the proof is made again only when that changed. */
import type { Service } from "@netwright/api";
import type { Ipv6, Ipv6Prefix } from "@netwright/base";
import { siteAddresses } from "@netwright/contract";
import { pointKey, type PublicPoint } from "../classes/arrivals.ts";
import type { Edge } from "../classes/edge.ts";
import { egressEdges, hairpinEdges } from "../classes/egress-edges.ts";
import { networkKey, serviceKey, type TierEnd } from "../classes/ends.ts";
import type { Graph } from "../classes/graph.ts";
import type { Cell, Local, Network } from "../classes/network.ts";
import { deliveredTo, edgesInto, sendersOf } from "../classes/network-edges.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Meter } from "./meter.ts";

export interface Reads {
  /** `PROJECT/NETWORK`. */
  readonly networks: Set<string>;
  /** Public addresses. */
  readonly addresses: Set<string>;
  /** `PROJECT/SERVICE`. */
  readonly services: Set<string>;
  /** Rules for egress, of whom ever. */
  egress: boolean;
  /** What hosts know of each other. */
  hosts: boolean;
  /** Everything, so that any change counts. */
  all: boolean;
}

export const noReads = (): Reads => ({
  networks: new Set(),
  addresses: new Set(),
  services: new Set(),
  egress: false,
  hosts: false,
  all: false,
});

export class View {
  readonly graph: Graph;
  readonly catalogue: Catalogue;
  readonly meter: Meter;
  readonly reads: Reads;

  constructor(graph: Graph, catalogue: Catalogue, meter: Meter, reads: Reads) {
    this.graph = graph;
    this.catalogue = catalogue;
    this.meter = meter;
    this.reads = reads;
  }

  service(key: string): Service | undefined {
    this.reads.services.add(key);
    return this.catalogue.services.get(key);
  }

  networks(end: Pick<TierEnd, "project" | "network">): readonly Network[] {
    const key = networkKey(end);
    this.reads.networks.add(key);
    return this.graph.byName.get(key) ?? [];
  }

  cells(end: TierEnd): readonly Cell[] {
    return this.networks(end).flatMap((network) => network.cells.get(end.key) ?? []);
  }

  /** From tiers of its network. */
  inside(to: TierEnd): readonly Edge[] {
    return this.#spend(this.networks(to).flatMap((network) => edgesInto(network).get(to.key) ?? []));
  }

  /** From the internet to it. */
  public(to: TierEnd): readonly Edge[] {
    return this.pointsInto(to).flatMap((point) => this.at(point).filter((edge) => edge.to.key === to.key));
  }

  /** From the internet, at a point. */
  at(point: PublicPoint): readonly Edge[] {
    this.#notePoint(point);
    return this.#spend(this.graph.publicEdges(pointKey(point)));
  }

  /** Points at which instances of it are delivered to. */
  pointsInto(to: TierEnd): readonly PublicPoint[] {
    const keys = this.networks(to).flatMap((network) => [...(deliveredTo(network).get(to.key) ?? [])]);
    return [...new Set(keys)].flatMap((key) => this.graph.point(key) ?? []);
  }

  pointsOf(service: Pick<TierEnd, "project" | "service">): readonly PublicPoint[] {
    const key = serviceKey(service);
    this.reads.services.add(key);
    for (const end of this.catalogue.ofService(key)) this.reads.networks.add(networkKey(end));
    const points = this.graph.pointsOf(key);
    for (const point of points) this.#notePoint(point);
    return points;
  }

  everybody(): readonly TierEnd[] {
    this.reads.all = true;
    return this.catalogue.all();
  }

  /** Who may leave the site. */
  everySender(): readonly TierEnd[] {
    this.reads.egress = true;
    return [...this.graph.networks.values()].flatMap((network) =>
      [...sendersOf(network).values()].map(({ end }) => end),
    );
  }

  /** Public addresses as a host knows them. */
  publicAddresses(local: Local): { readonly pools: readonly Ipv6Prefix[]; readonly own: ReadonlySet<Ipv6> } {
    const host = this.graph.routes.hostOf(local);
    return { pools: host.bgp.pools, own: siteAddresses(host) };
  }

  /** Where a way leads over routers of others. */
  routerAssumption(edges: readonly Edge[]): readonly "foreign-routers"[] {
    return edges.some(({ listener }) => listener !== undefined) && this.graph.routes.hasForeign
      ? ["foreign-routers"]
      : [];
  }

  /** Out of the site. */
  egress(from: TierEnd): readonly Edge[] {
    return this.#spend(this.networks(from).flatMap((network) => egressEdges(network, from)));
  }

  /** Out, and in again at a point. */
  hairpins(from: TierEnd, point: PublicPoint): readonly Edge[] {
    this.#notePoint(point);
    return this.#spend(this.networks(from).flatMap((network) => hairpinEdges(this.graph, network, from, point)));
  }

  /** From tiers that leave the site, and come in again to this one. */
  hairpinsInto(to: TierEnd): readonly Edge[] {
    const points = this.pointsInto(to);
    if (points.length === 0) return [];
    this.reads.egress = true;
    const found: Edge[] = [];
    for (const network of this.graph.networks.values())
      for (const { end, ports } of sendersOf(network).values())
        for (const point of points)
          if (ports.has(`${point.protocol} ${point.port}`))
            found.push(...this.hairpins(end, point).filter((edge) => edge.to.key === to.key));
    return found;
  }

  #notePoint({ vip }: PublicPoint): void {
    this.reads.addresses.add(vip);
  }

  #spend(edges: readonly Edge[]): readonly Edge[] {
    for (const { steps } of edges) this.meter.spend(1 + steps);
    return edges;
  }
}
