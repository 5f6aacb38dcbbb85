/** Regions that lead out of the site: to whoever is known to answer there, and to nobody else, for silence would tell nothing. */
import type { Clause } from "@netwright/api";
import { internet, isPrefix, matchesDomain, prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { Answered } from "@netwright/model";
import type { Edge } from "../classes/edge.ts";
import type { TierEnd } from "../classes/ends.ts";
import type { Selection } from "../clauses/select.ts";
import type { View } from "../clauses/view.ts";
import { impliedClause, serviceObject } from "../implied/names.ts";
import { anotherOf, single, writtenOr, type OutsideTarget, type Region } from "./region.ts";

/** What is known of the world around the site. */
export interface Outside {
  /** The address that connections from outside come from; undefined: it is not known. */
  readonly client: Ipv6 | undefined;
  /** Addresses where every port is answered, be it by a refusal. */
  readonly answering: readonly Ipv6[];
  /** What names are let through as. */
  readonly answered: Answered;
}

interface Written {
  readonly id: string;
  readonly clause: Clause;
  readonly tiers: readonly TierEnd[];
  readonly to: Pick<Selection, "internet" | "cidrs">;
}

/** HTTPS stands for ports that no rule is about. */
const usualPort = 443;

/** Of a clause that is written, whose target is outside. */
export function* outsideRegions(view: View, { id, clause, tiers, to }: Written, outside: Outside): Generator<Region> {
  const prefixes = [
    ...(to.internet ? [internet] : []),
    ...to.cidrs.filter((cidr): cidr is typeof cidr & Ipv6Prefix => cidr.includes(":")),
  ];
  const [first] = tiers;
  const stranger = first === undefined ? undefined : anotherOf(view, tiers, first);
  const everybody = stranger === undefined ? tiers : [...tiers, stranger];
  const intervals = writtenOr(clause, () => {
    const known = everybody.flatMap((end) => view.egress(end).map(single));
    return known.length > 0
      ? known
      : (["tcp", "udp"] as const).map((protocol) => single({ protocol, port: usualPort }));
  });
  for (const prefix of prefixes) {
    const target = targetIn(prefix, (address) => prefixContains(prefix, address), outside.answering);
    yield { clause: id, senders: tiers, stranger, target, intervals };
  }
}

/** Of what is implied: what leaves a tier by its rules, and nothing else. */
export function* egressRegions(view: View, end: TierEnd, outside: Outside): Generator<Region> {
  for (const edge of view.egress(end)) {
    if (edge.egress === undefined) continue;
    const isLed = leadsTo(view, end, edge.egress, outside);
    const target = targetIn(edge.egress, isLed, [...publicAddresses(view, edge), ...outside.answering]);
    const clause = impliedClause("chain", serviceObject(end));
    yield { clause, senders: [end], stranger: anotherOf(view, [end], end), target, intervals: [single(edge)] };
  }
}

/** Public addresses of the site count as outside for who leaves its network. */
const publicAddresses = (view: View, { protocol, port }: Edge): readonly Ipv6[] =>
  view.graph
    .points()
    .filter((point) => point.protocol === protocol && point.port === port)
    .map(({ vip }) => vip);

function leadsTo(
  view: View,
  end: TierEnd,
  to: NonNullable<Edge["egress"]>,
  { answered }: Outside,
): (address: Ipv6) => boolean {
  if (isPrefix(to)) return (address) => prefixContains(to, address);
  const known = view.cells(end).map(({ local }) => answered(local.node, local.state));
  const isMeant = (name: string): boolean => name === to || matchesDomain(to, name);
  // Each host has looked names up for itself.
  return (address) => known.length > 0 && known.every((names) => (names.get(address) ?? []).some(isMeant));
}

function targetIn(to: string, isLed: (address: Ipv6) => boolean, answering: readonly Ipv6[]): OutsideTarget {
  const inside = answering.filter(isLed);
  const [first, last] = [inside[0], inside.at(-1)];
  const addresses = first === undefined ? [] : first === last || last === undefined ? [first] : [first, last];
  return { kind: "Outside", to, addresses, beyond: answering.find((address) => !isLed(address)) };
}
