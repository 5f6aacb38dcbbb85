/** What a clause speaks of, as senders, targets and intervals of ports. Pure. */
import type { Clause, PortInterval } from "@netwright/api";
import type { Ipv6 } from "@netwright/base";
import type { Protocol } from "@netwright/contract";
import { networkKey, type TierEnd } from "../classes/ends.ts";
import type { View } from "../clauses/view.ts";

export interface TierTarget {
  readonly kind: "Tier";
  readonly end: TierEnd;
}

export interface PublicTarget {
  readonly kind: "Public";
  readonly vip: Ipv6;
  readonly name: string;
}

export interface OutsideTarget {
  readonly kind: "Outside";
  /** A prefix or a name, for people. */
  readonly to: string;
  /** Where it leads: the first and the last of those that answer. */
  readonly addresses: readonly Ipv6[];
  /** Another one that answers. */
  readonly beyond: Ipv6 | undefined;
}

export type Target = TierTarget | PublicTarget | OutsideTarget;

export interface Interval extends PortInterval {
  readonly protocol: Protocol | "icmp";
}

export interface Region {
  /** Its name. */
  readonly clause: string;
  readonly senders: readonly (TierEnd | "internet")[];
  /** Next to the senders, and none of them. */
  readonly stranger: TierEnd | "internet" | undefined;
  readonly target: Target;
  /** Without any, nothing can be tried. */
  readonly intervals: readonly Interval[];
}

/** @param known where the clause names no ports */
export function writtenOr({ protocols, ports }: Clause, known: () => readonly Interval[]): readonly Interval[] {
  const icmp = protocols.includes("icmp") ? [{ protocol: "icmp", first: 0, last: 0 } as const] : [];
  const wanted = protocols.filter((each) => each !== "icmp");
  if (ports.length > 0) return [...wanted.flatMap((protocol) => ports.map((each) => ({ protocol, ...each }))), ...icmp];
  return [...distinct(known()).filter(({ protocol }) => wanted.some((each) => each === protocol)), ...icmp];
}

export const single = ({ protocol, port }: { readonly protocol: Protocol; readonly port: number }): Interval => ({
  protocol,
  first: port,
  last: port,
});

/** Where rules lead to it, and where its instances say that they listen. */
export const portsInto = (view: View, end: TierEnd): readonly Interval[] =>
  distinct([
    ...view.inside(end).map(single),
    ...view.cells(end).flatMap(({ instances }) => (instances[0]?.ports ?? []).map(single)),
  ]);

const distinct = (intervals: readonly Interval[]): readonly Interval[] =>
  [...new Map(intervals.map((each) => [`${each.protocol} ${each.first} ${each.last}`, each])).values()].toSorted(
    (a, b) => a.protocol.localeCompare(b.protocol, "en") || a.first - b.first,
  );

/** Of the same network, so that an address is all that is needed to try; a public address is for everybody. */
export function strangerTo(
  view: View,
  senders: readonly (TierEnd | "internet")[],
  target: TierTarget | PublicTarget,
): TierEnd | "internet" | undefined {
  if (target.kind === "Public") return undefined;
  return anotherOf(view, senders, target.end) ?? (senders.includes("internet") ? undefined : "internet");
}

/** A tier of the network that is no sender. */
export function anotherOf(
  view: View,
  senders: readonly (TierEnd | "internet")[],
  network: Pick<TierEnd, "project" | "network">,
): TierEnd | undefined {
  const own = view.everybody().filter((end) => networkKey(end) === networkKey(network));
  const others = own.filter(({ key }) => !senders.some((each) => each !== "internet" && each.key === key));
  return others.toSorted((a, b) => (a.key < b.key ? -1 : 1)).find((end) => view.cells(end).length > 0);
}
