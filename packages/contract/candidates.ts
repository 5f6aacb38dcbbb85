/**
 * Whom a load balancer asks for a packet of an open flow, one after the other: whoever knows the flow takes it. First the
 * member that the slot has now, then those that it had before. Pure; same state, same candidates, on every host.
 */
import type { LoadBalancer, LoadBalancerMember } from "./host-state.ts";
import { maglevSize, maglevTable } from "./maglev.ts";

/** Former member sets that a listener remembers. A flow that began before more changes than these may be cut. */
export const formerSets = 15;

/** Members that one slot leads to at most. A flow that began with one before these may be cut. */
export const candidatesMax = 4;

export interface Candidates {
  /** Those that the slots refer to: members, then draining ones. */
  readonly members: readonly LoadBalancerMember[];
  /**
   * `candidatesMax` entries a slot, each 1 + index into `members`, or 0 for none. The first one takes new flows and is 0
   * in every slot where nobody does; the others are different from it and from each other, the latest first.
   */
  readonly slots: Uint16Array;
}

type Listener = Pick<LoadBalancer, "members" | "former" | "draining">;

export function candidatesOf({ members, former = [], draining = [] }: Listener): Candidates {
  const reachable = [...members, ...draining];
  const numbers = new Map(reachable.map(({ instance }, index) => [instance, index + 1]));
  const slots = new Uint16Array(maglevSize * candidatesMax);
  const now = members.map(({ instance }) => instance);
  for (const [slot, index] of maglevTable(now).entries()) slots[slot * candidatesMax] = index + 1;
  for (const names of former.map((set) => namesIn(now, set))) {
    const own = names.map((name) => numbers.get(name) ?? 0);
    for (const [slot, index] of maglevTable(names).entries()) append(slots, slot * candidatesMax, own[index] ?? 0);
  }
  return { members: reachable, slots };
}

/** The order is part of the table: by code unit, as `members` are. */
function namesIn(now: readonly string[], { also, without }: { also: readonly string[]; without: readonly string[] }) {
  const gone = new Set(without);
  return [...now.filter((name) => !gone.has(name)), ...also].toSorted((a, b) => (a < b ? -1 : 1));
}

function append(slots: Uint16Array, first: number, member: number): void {
  if (member === 0 || slots[first] === member) return;
  for (let at = first + 1; at < first + candidatesMax; at++) {
    if (slots[at] === member) return;
    if (slots[at] !== 0) continue;
    slots[at] = member;
    return;
  }
}
