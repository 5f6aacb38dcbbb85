/**
 * Tests made from clauses, whether they were proved or not: at each edge of each region one connection inside and one outside, by
 * the first and the last instance of each class, from one sender and from one who is none. The same input makes the same cases.
 */
import type { ContractOf, Service } from "@netwright/api";
import type { HostState, Probe } from "@netwright/contract";
import { buildFabric, type Fabric } from "@netwright/model";
import type { TierEnd } from "../classes/ends.ts";
import { siteOf, type Site } from "../classes/site.ts";
import { byText } from "../classes/sorted-find.ts";
import { Context, Stage } from "../clauses/context.ts";
import { clauseId } from "../clauses/prove-clause.ts";
import type { View } from "../clauses/view.ts";
import type { TestCase } from "./case.ts";
import { predict, type Place } from "./predict.ts";
import { impliedRegions, regionsOf, type Interval, type Region } from "./region.ts";

export interface CasesInput {
  readonly states: readonly HostState[];
  readonly services: readonly Service[];
  readonly contracts: readonly ContractOf[];
  /** So many at most: each region has its share. */
  readonly most: number;
  /** Only of clauses that this holds of; all where left out. */
  readonly isWanted?: (clause: string) => boolean;
}

export interface Cases {
  readonly cases: readonly TestCase[];
  /** How many more there are. */
  readonly left: number;
}

export function makeCases({ states, services, contracts, most, isWanted = () => true }: CasesInput): Cases {
  const site = siteOf(states);
  const view = new Context(new Stage(site, services), Infinity).after();
  const fabric = buildFabric(states);
  const regions = [
    ...contracts.flatMap((contract) =>
      contract.clauses.flatMap((clause) => [...regionsOf(view, clauseId(contract, clause), clause)]),
    ),
    ...impliedRegions(view),
  ].filter(({ clause }) => isWanted(clause));
  const found = new Map<string, TestCase>();
  // Every region has a turn before any has another.
  for (const { clause, connection, key } of interleaved(regions.map((region) => connectionsOf(view, region)))) {
    const known = found.get(key);
    if (known === undefined) found.set(key, caseOf(site, fabric, clause, connection));
    else if (!known.clauses.includes(clause)) found.set(key, { ...known, clauses: [...known.clauses, clause] });
  }
  return { cases: [...found.values()].slice(0, most), left: Math.max(0, found.size - most) };
}

/** Undefined where somebody is outside. */
interface Connection {
  readonly side: TestCase["side"];
  readonly from: Place | undefined;
  readonly to: Place | undefined;
  readonly name: string;
  readonly probe: Probe;
}

interface Wanted {
  readonly clause: string;
  readonly connection: Connection;
  readonly key: string;
}

function caseOf(site: Site, fabric: Fabric, clause: string, connection: Connection): TestCase {
  const { side, from, to, name, probe } = connection;
  return {
    clauses: [clause],
    side,
    from: from === undefined ? "internet" : { ...idOf(from), host: from.local.node },
    to: name,
    target: to === undefined ? null : idOf(to),
    probe,
    predicted: predict(site, fabric, from, to, probe),
  };
}

const idOf = ({ local, workload }: Place): { readonly project: string; readonly instance: string } => ({
  project: local.state.project,
  instance: workload.id,
});

function connectionsOf(view: View, region: Region): readonly Wanted[] {
  const { clause, senders, stranger, target, intervals } = region;
  const targets = target.kind === "Public" ? [undefined] : extremes(view, target.end);
  const connections = [
    ...senders.flatMap((sender) => intervals.flatMap((each) => atEdges(view, sender, targets, region, each))),
    ...(stranger === undefined
      ? []
      : intervals.slice(0, 1).flatMap((each) => beside(view, stranger, targets, region, each))),
  ];
  return connections.map((connection) => ({ clause, connection, key: keyOf(connection) }));
}

const keyOf = ({ from, probe }: Connection): string =>
  `${from === undefined ? "" : `${from.local.state.project}.${from.workload.id}`} ${probe.destination} ${probe.protocol} ${probe.port}`;

/** First inside, by the first and the last of both; then just outside. */
function atEdges(
  view: View,
  sender: TierEnd | "internet",
  targets: readonly (Place | undefined)[],
  region: Region,
  { protocol, first, last }: Interval,
): readonly Connection[] {
  const sources = sender === "internet" ? [undefined] : extremes(view, sender);
  const pairs = pairsOf(sources, targets);
  const [one, other] = [pairs[0], pairs.at(-1)];
  if (one === undefined || other === undefined) return [];
  if (protocol === "icmp") return [connect(region, one, "Inside", protocol, 0)];
  const beyond = [first - 1, last + 1].filter((port) => port >= 1 && port <= 65_535);
  return [
    connect(region, one, "Inside", protocol, first),
    connect(region, other, "Inside", protocol, last),
    ...beyond.map((port) => connect(region, one, "Outside", protocol, port)),
  ];
}

/** Somebody who is no sender, at a port that is theirs. */
function beside(
  view: View,
  stranger: TierEnd | "internet",
  targets: readonly (Place | undefined)[],
  region: Region,
  { protocol, first }: Interval,
): readonly Connection[] {
  const [pair] = pairsOf(stranger === "internet" ? [undefined] : extremes(view, stranger), targets);
  return pair === undefined ? [] : [connect(region, pair, "Outside", protocol, first)];
}

type Pair = readonly [from: Place | undefined, to: Place | undefined];

/** The first with the first, the last with the last; nobody with itself. */
function pairsOf(sources: readonly (Place | undefined)[], targets: readonly (Place | undefined)[]): readonly Pair[] {
  const all = sources.flatMap((from) => targets.map((to): Pair => [from, to]));
  return all.filter(([from, to]) => from === undefined || from.workload !== to?.workload);
}

function connect(
  { target }: Region,
  [from, to]: Pair,
  side: TestCase["side"],
  protocol: Probe["protocol"],
  port: number,
): Connection {
  const destination = target.kind === "Public" ? target.vip : to?.workload.address;
  if (destination === undefined) throw new RangeError("Invariant: a tier is tried at an instance");
  const name = target.kind === "Public" ? target.name : (to?.workload.id ?? "");
  return { side, from, to, name, probe: { protocol, destination, port } };
}

/** The first and the last instance of a tier, by host and name. */
function extremes(view: View, end: TierEnd): readonly Place[] {
  const places = view
    .networks(end)
    .flatMap((network) =>
      (network.cells.get(end.key) ?? []).flatMap(({ local, instances }) =>
        instances.map((workload): Place => ({ network, local, workload })),
      ),
    );
  const sorted = places.toSorted((a, b) => byText(a.local.node, b.local.node) || byText(a.workload.id, b.workload.id));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  return first === last ? [first] : [first, last];
}

function* interleaved<T>(lists: readonly (readonly T[])[]): Generator<T> {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let at = 0; at < longest; at++) for (const list of lists) if (at < list.length) yield list[at] as T;
}
