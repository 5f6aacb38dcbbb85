/** What a clause speaks of, as senders, targets and intervals of ports. Pure. */
import { defaultProject, type Clause, type PortInterval } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { Protocol } from "@netwright/contract";
import { networkKey, type TierEnd } from "../classes/ends.ts";
import { isOutside, select, type Selection } from "../clauses/select.ts";
import type { View } from "../clauses/view.ts";

export interface Target {
  readonly kind: "Tier";
  readonly end: TierEnd;
}

export interface PublicTarget {
  readonly kind: "Public";
  readonly vip: Ipv6;
  readonly name: string;
}

export interface Interval extends PortInterval {
  readonly protocol: Protocol | "icmp";
}

export interface Region {
  /** Names of clauses. */
  readonly clause: string;
  readonly senders: readonly (TierEnd | "internet")[];
  /** Next to the senders, and none of them. */
  readonly stranger: TierEnd | "internet" | undefined;
  readonly target: Target | PublicTarget;
  /** At least one. */
  readonly intervals: readonly Interval[];
}

/** Of a clause that is written. */
export function* regionsOf(view: View, id: string, clause: Clause): Generator<Region> {
  const [from, to] = [select(view, clause.from), select(view, clause.to)];
  const senders = [...from.tiers.values(), ...(isOutside(from) ? (["internet"] as const) : [])];
  for (const target of targetsOf(view, to)) {
    const intervals = intervalsOf(view, clause, target);
    if (intervals.length > 0)
      yield { clause: id, senders, stranger: strangerTo(view, senders, target), target, intervals };
  }
}

/** Of what is implied: whoever has a flow to a tier, and nobody else. */
export function* impliedRegions(view: View): Generator<Region> {
  for (const end of view.everybody()) {
    const [inside, outside] = [view.inside(end), view.public(end)];
    const senders = [...new Map(inside.map(({ from }) => [from.key, from])).values()];
    const target: Target = { kind: "Tier", end };
    const clause = `implied chain ${end.project === defaultProject ? "" : `${end.project}/`}service/${end.service}`;
    const intervals = distinct([...inside.map(single), ...ownPorts(view, end)]);
    const stranger = strangerTo(view, senders as readonly TierEnd[], target);
    if (intervals.length > 0) yield { clause, senders: senders as readonly TierEnd[], stranger, target, intervals };
    for (const { listener, protocol, port } of outside) {
      if (listener === undefined) continue;
      const point = { kind: "Public", vip: listener.vip, name: listener.service.service } as const;
      const only = [{ protocol, first: port, last: port }];
      yield { clause, senders: ["internet"], stranger: undefined, target: point, intervals: only };
    }
  }
}

function targetsOf(view: View, { tiers, named }: Selection): readonly (Target | PublicTarget)[] {
  const ends = [...tiers.values()];
  const points = ends
    .filter(({ key }) => !named.has(key))
    .flatMap((end) => view.pointsInto(end).map(({ vip }) => ({ kind: "Public", vip, name: end.service }) as const));
  return [
    ...new Map(points.map((point) => [point.vip, point])).values(),
    ...ends.map((end) => ({ kind: "Tier", end }) as const),
  ];
}

/** As written, or all at which the target is known to listen or to be let to. */
function intervalsOf(view: View, clause: Clause, target: Target | PublicTarget): readonly Interval[] {
  const protocols = clause.protocols;
  const icmp = protocols.includes("icmp") ? [{ protocol: "icmp", first: 0, last: 0 } as const] : [];
  const ports = protocols.filter((each) => each !== "icmp");
  if (clause.ports.length > 0)
    return [...ports.flatMap((protocol) => clause.ports.map((each) => ({ protocol, ...each }))), ...icmp];
  const known =
    target.kind === "Tier"
      ? [...view.inside(target.end).map(single), ...ownPorts(view, target.end)]
      : view.graph
          .points()
          .filter(({ vip }) => vip === target.vip)
          .map(single);
  return [...distinct(known).filter(({ protocol }) => ports.some((each) => each === protocol)), ...icmp];
}

const single = ({ protocol, port }: { readonly protocol: Protocol; readonly port: number }): Interval => ({
  protocol,
  first: port,
  last: port,
});

/** Where its instances say that they listen. */
const ownPorts = (view: View, end: TierEnd): readonly Interval[] =>
  view.cells(end).flatMap(({ instances }) => (instances[0]?.ports ?? []).map(single));

const distinct = (intervals: readonly Interval[]): readonly Interval[] =>
  [...new Map(intervals.map((each) => [`${each.protocol} ${each.first} ${each.last}`, each])).values()].toSorted(
    (a, b) => a.protocol.localeCompare(b.protocol, "en") || a.first - b.first,
  );

/** Of the same network, so that an address is all that is needed to try; a public address is for everybody. */
function strangerTo(
  view: View,
  senders: readonly (TierEnd | "internet")[],
  target: Target | PublicTarget,
): TierEnd | "internet" | undefined {
  if (target.kind === "Public") return undefined;
  const own = view.everybody().filter((end) => networkKey(end) === networkKey(target.end));
  const others = own.filter(({ key }) => !senders.some((each) => each !== "internet" && each.key === key));
  const first = others.toSorted((a, b) => (a.key < b.key ? -1 : 1)).find((end) => view.cells(end).length > 0);
  return first ?? (senders.includes("internet") ? undefined : "internet");
}
