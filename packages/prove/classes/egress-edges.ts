/** Flows out of the site, and those that come back in: to a public address of the site, as from the internet. */
import { addressAt, isPrefix, prefixContains, type Ipv6 } from "@netwright/base";
import { siteAddresses, type EgressEntry, type HostState, type Origin, type WorkloadState } from "@netwright/contract";
import { exampleClient } from "@netwright/model";
import { enteringAt, pointKey, type Arrival, type PublicPoint } from "./arrivals.ts";
import type { Attempt, Edge } from "./edge.ts";
import { internetEnd, tierEnd, type TierEnd } from "./ends.ts";
import { arrivals, type Graph } from "./graph.ts";
import type { Cell, Local, Network } from "./network.ts";
import { originKey } from "./policy-edges.ts";

type Target = Pick<EgressEntry, "to" | "protocol" | "port">;

const targetKey = ({ to, protocol, port }: Target): string => `${to} ${protocol} ${port}`;

/** One edge for each rule: prefix or name, protocol and port. */
export function egressEdges(network: Network, from: TierEnd): readonly Edge[] {
  const cells = network.cells.get(from.key) ?? [];
  const rules = new Map<string, EgressEntry[]>();
  for (const cell of cells)
    for (const entry of entriesOf(cell)) rules.set(targetKey(entry), [...(rules.get(targetKey(entry)) ?? []), entry]);
  return [...rules.values()].map((entries) => {
    const rule = entries[0] as EgressEntry;
    const [has, lacks] = [cells.filter((each) => allows(each, rule)), cells.filter((each) => !allows(each, rule))];
    const sample = sampleOf(rule);
    return {
      from,
      to: internetEnd,
      protocol: rule.protocol,
      port: rule.port,
      listener: undefined,
      egress: rule.to,
      origins: distinct(entries.map(({ origin }) => origin)),
      may: has[0] === undefined ? undefined : out(has[0], sample, rule.to),
      fails: lacks[0] === undefined ? undefined : out(lacks[0], sample, rule.to),
      steps: cells.length,
    };
  });
}

const entriesOf = ({ local, class: cls }: Cell): readonly EgressEntry[] =>
  (local.state.egress ?? []).filter(({ from }) => from === cls);

const allows = (cell: Cell, rule: Target): boolean =>
  entriesOf(cell).some((entry) => targetKey(entry) === targetKey(rule));

/** An address that the rule leads to, outside the site where it can be. */
export function sampleOf({ to }: Pick<Target, "to">): Ipv6 {
  if (!isPrefix(to) || prefixContains(to, exampleClient)) return exampleClient;
  return addressAt(to, 0n);
}

export const out = (
  cell: Cell,
  destination: Ipv6,
  to: EgressEntry["to"] | undefined,
  again?: Extract<Attempt, { readonly kind: "Egress" }>["again"],
): Attempt => ({
  kind: "Egress",
  from: cell.local,
  source: cell.instances[0] as WorkloadState,
  destination,
  name: to === undefined || isPrefix(to) ? undefined : to,
  again,
});

/** To tiers that get something at a public point. A name may have any address, so that a rule about one may lead there too. */
export function hairpinEdges(graph: Graph, network: Network, from: TierEnd, point: PublicPoint): readonly Edge[] {
  const tried = (network.cells.get(from.key) ?? []).map((cell) => ({ cell, ...comesBack(graph, cell, point) }));
  const ends = new Map(
    tried.flatMap(({ found }) =>
      found.flatMap(({ delivered }) => (delivered === undefined ? [] : [[delivered.end.key, delivered] as const])),
    ),
  );
  return [...ends.values()].map(({ end }): Edge => {
    const reaches = ({ delivered }: Arrival): boolean => delivered?.end.key === end.key;
    const may = tried.find(({ found }) => found.some(reaches));
    const strays = (each: Arrival): boolean => each.isSure && !reaches(each);
    const lacks = tried.find(({ found, entry }) => entry === undefined || found.length === 0 || found.some(strays));
    const arrived = may?.found.find(reaches) as Arrival;
    return {
      from,
      to: end,
      protocol: point.protocol,
      port: point.port,
      listener: { vip: point.vip, service: balancerOf(arrived) },
      egress: may?.entry?.to,
      origins: distinct([may?.entry?.origin, arrived.listener?.origin, arrived.delivered?.delivery.origin]),
      may: may === undefined ? undefined : outAndIn(may, point, arrived),
      fails: lacks === undefined ? undefined : outAndIn(lacks, point, lacks.found.find(strays)),
      steps: tried.length + tried.reduce((sum, { found }) => sum + found.length, 0),
    };
  });
}

const outAndIn = (
  { cell, entry }: { readonly cell: Cell; readonly entry: EgressEntry | undefined },
  { vip }: PublicPoint,
  arrived: Arrival | undefined,
): Attempt =>
  out(
    cell,
    vip,
    entry?.to,
    arrived === undefined || entry === undefined ? undefined : { as: entry.source, ...enteringAt(arrived) },
  );

export function balancerOf({ local, listener }: Arrival): TierEnd {
  const { project, name: network } = (local as Local).state;
  return tierEnd({ project, network, service: listener?.service ?? "", tier: "lb" });
}

/** Where packets of a cell to the point come in again, if they do. Rules about addresses count more than those about names. */
function comesBack(
  graph: Graph,
  cell: Cell,
  point: PublicPoint,
): { readonly entry: EgressEntry | undefined; readonly found: readonly Arrival[] } {
  const matching = entriesOf(cell).filter(({ protocol, port }) => protocol === point.protocol && port === point.port);
  const entry =
    matching.find(({ to }) => isPrefix(to) && prefixContains(to, point.vip)) ??
    matching.find(({ to }) => !isPrefix(to));
  if (entry === undefined) return { entry, found: [] };
  const host = graph.routes.hostOf(cell.local);
  if (prefixContains(cell.local.state.prefix, point.vip) || !isPublicHere(host, point.vip)) return { entry, found: [] };
  const entries = graph.routes.entriesBeyond(cell.local, point.vip);
  return { entry, found: arrivals(point, entries, graph.standing(pointKey(point)), graph.networks) };
}

const isPublicHere = (host: HostState, address: Ipv6): boolean =>
  host.bgp.pools.some((pool) => prefixContains(pool, address)) && !siteAddresses(host).has(address);

const distinct = (origins: readonly (Origin | undefined)[]): readonly Origin[] => [
  ...new Map(origins.flatMap((each) => (each === undefined ? [] : [[originKey(each), each] as const]))).values(),
];
