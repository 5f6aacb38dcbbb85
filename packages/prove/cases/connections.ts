/**
 * Connections that are tried of a region: at each edge of it one inside and one outside, by the first and the last instance of each
 * class, to each member behind a public address, from one sender and from one who is none. Pure.
 */
import type { Ipv6 } from "@netwright/base";
import type { Probe } from "@netwright/contract";
import { printEnd, type TierEnd } from "../classes/ends.ts";
import { byText } from "../classes/sorted-find.ts";
import type { View } from "../clauses/view.ts";
import type { TestCase } from "./case.ts";
import type { Member, MembersAt } from "./members.ts";
import type { Place } from "./predict.ts";
import type { Interval, Region, Target } from "./region.ts";

/** `from` is undefined where somebody outside sends. */
export interface Connection {
  readonly side: TestCase["side"];
  readonly from: Place | undefined;
  readonly to: Spot;
  readonly probe: Probe;
  /** Who gets it, where the sender's port sees to that. */
  readonly member: Member | undefined;
}

/** Where a connection leads: an instance, a public address, or somebody outside. */
export interface Spot {
  readonly place: Place | undefined;
  readonly address: Ipv6;
  readonly name: string;
}

export interface Tried {
  readonly connections: readonly Connection[];
  /** What cannot be tried, and why. */
  readonly omitted: readonly string[];
}

/** The more important ones first. */
export function connectionsOf(view: View, region: Region, membersAt: MembersAt): Tried {
  const { senders, stranger, target, intervals } = region;
  const spots = spotsOf(view, target);
  const omitted = new Set<string>(missing(region, spots));
  const inside: Connection[] = [];
  const outside: Connection[] = [];
  const more: Connection[] = [];
  for (const sender of senders) {
    const sources = sourcesOf(view, sender);
    if (sources.length === 0 && sender !== "internet") omitted.add(noInstance(sender));
    for (const interval of intervals) {
      const tried = atEdges(sources, spots, target, interval);
      for (const each of tried.inside) {
        const found = each.from === undefined && target.kind === "Public" ? membersAt(each.probe) : undefined;
        for (const why of found?.omitted ?? []) omitted.add(why);
        const [first = each, ...rest] = (found?.members ?? []).map((member) => toMember(each, member));
        inside.push(first);
        more.push(...rest);
      }
      outside.push(...tried.outside);
    }
  }
  const [interval] = intervals;
  if (stranger !== undefined && interval !== undefined)
    outside.push(...beside(sourcesOf(view, stranger), spots, interval));
  return { connections: [...inside, ...outside, ...more], omitted: [...omitted] };
}

function missing({ target, intervals, senders, stranger }: Region, spots: readonly Spot[]): readonly string[] {
  if (senders.length === 0 && stranger === undefined) return ["nobody is there to try it"];
  if (spots.length === 0 && target.kind === "Outside") return [`nobody is known to answer at ${target.to}`];
  if (spots.length === 0 && target.kind === "Tier") return [noInstance(target.end)];
  return intervals.length === 0 ? ["it names no port, and no port of it is known"] : [];
}

const noInstance = (end: TierEnd): string => `${printEnd(end)} has no instance`;

const toMember = (connection: Connection, member: Member): Connection => ({
  ...connection,
  to: { ...connection.to, name: member.instance },
  probe: { ...connection.probe, sourcePort: member.sourcePort },
  member,
});

export const keyOf = ({ from, probe, member }: Connection): string =>
  [
    from === undefined ? "" : `${from.local.state.project}.${from.workload.id}`,
    probe.destination,
    probe.protocol,
    probe.port,
    member?.instance ?? "",
  ].join(" ");

interface Edges {
  readonly inside: readonly Connection[];
  readonly outside: readonly Connection[];
}

/** Inside by the first and the last of both; just outside by the first. */
function atEdges(
  sources: readonly (Place | undefined)[],
  spots: readonly Spot[],
  target: Target,
  { protocol, first, last }: Interval,
): Edges {
  const pairs = pairsOf(sources, spots);
  const [one, other] = [pairs[0], pairs.at(-1)];
  if (one === undefined || other === undefined) return { inside: [], outside: [] };
  if (protocol === "icmp") return { inside: [connect(one, "Inside", protocol, 0)], outside: [] };
  const beyond = [first - 1, last + 1].filter((port) => port >= 1 && port <= 65_535);
  const elsewhere = target.kind === "Outside" ? target.beyond : undefined;
  return {
    inside: [connect(one, "Inside", protocol, first), connect(other, "Inside", protocol, last)],
    outside: [
      ...beyond.map((port) => connect(one, "Outside", protocol, port)),
      ...(elsewhere === undefined ? [] : [connect([one[0], strangerAt(elsewhere)], "Outside", protocol, first)]),
    ],
  };
}

/** Somebody who is no sender, at a port that is theirs. */
function beside(
  sources: readonly (Place | undefined)[],
  spots: readonly Spot[],
  { protocol, first }: Interval,
): readonly Connection[] {
  const [pair] = pairsOf(sources, spots);
  return pair === undefined ? [] : [connect(pair, "Outside", protocol, first)];
}

type Pair = readonly [from: Place | undefined, to: Spot];

/** The first with the first, the last with the last; nobody with itself. */
function pairsOf(sources: readonly (Place | undefined)[], spots: readonly Spot[]): readonly Pair[] {
  const all = sources.flatMap((from) => spots.map((to): Pair => [from, to]));
  return all.filter(([from, { place }]) => from === undefined || from.workload !== place?.workload);
}

const connect = ([from, to]: Pair, side: TestCase["side"], protocol: Probe["protocol"], port: number): Connection => ({
  side,
  from,
  to,
  probe: { protocol, destination: to.address, port },
  member: undefined,
});

function spotsOf(view: View, target: Target): readonly Spot[] {
  switch (target.kind) {
    case "Public":
      return [{ place: undefined, address: target.vip, name: target.name }];
    case "Outside":
      return target.addresses.map(strangerAt);
    case "Tier":
      return extremes(view, target.end).map((place) => ({
        place,
        address: place.workload.address,
        name: place.workload.id,
      }));
  }
}

const strangerAt = (address: Ipv6): Spot => ({ place: undefined, address, name: "internet" });

const sourcesOf = (view: View, sender: TierEnd | "internet"): readonly (Place | undefined)[] =>
  sender === "internet" ? [undefined] : extremes(view, sender);

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
