/** What a kernel has otherwise than its state wants it. */
import type { ExamplePacket } from "@netwright/api";

export const differenceKinds = [
  "Unread",
  "Namespace",
  "Setting",
  "Link",
  "RoutingRule",
  "Route",
  "Neighbour",
  "Forwarding",
  "Rules",
  "Balancer",
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

export interface KernelDifference {
  readonly kind: DifferenceKind;
  /** Null is the node's own. */
  readonly netns: string | null;
  /** As a person would look for it: a route's destination, a rule with its element, a slot. */
  readonly entry: string;
  /** Null: it should not be there. */
  readonly wanted: string | null;
  /** Null: it is not there. */
  readonly found: string | null;
  /** The packet that is treated otherwise, in words; null where none is. */
  readonly packet: string | null;
  readonly example: ExamplePacket | null;
  /** False: only if something that was not understood, or not read, is as it should not be. */
  readonly isSure: boolean;
}

/** One thing that is so or otherwise: what it is about, and how it is. */
export interface Fact {
  readonly kind: DifferenceKind;
  readonly entry: string;
  readonly value: string;
  readonly packet: string | null;
}

/** Both ways, by entry. */
export function compareFacts(
  netns: string | null,
  wanted: readonly Fact[],
  found: readonly Fact[],
): readonly KernelDifference[] {
  const keyOf = ({ kind, entry }: Fact): string => `${kind} ${entry}`;
  const there = new Map(found.map((fact) => [keyOf(fact), fact]));
  const meant = new Map(wanted.map((fact) => [keyOf(fact), fact]));
  const differs = wanted.filter((fact) => there.get(keyOf(fact))?.value !== fact.value);
  const surplus = found.filter((fact) => !meant.has(keyOf(fact)));
  return [
    ...differs.map((fact) => differenceOf(netns, fact, fact.value, there.get(keyOf(fact))?.value ?? null)),
    ...surplus.map((fact) => differenceOf(netns, fact, null, fact.value)),
  ];
}

const differenceOf = (
  netns: string | null,
  { kind, entry, packet }: Fact,
  wanted: string | null,
  found: string | null,
): KernelDifference => ({ kind, netns, entry, wanted, found, packet, example: null, isSure: true });
