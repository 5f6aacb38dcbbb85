/**
 * Whom a load balancer asks for a packet of an open flow, one after the other: whoever knows the flow takes it. First the
 * member that the slot has now, then those that it had before. Pure; same state, same candidates, on every host.
 */
import type { HostId, LoadBalancer, LoadBalancerMember } from "./host-state.ts";
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

/** What a load balancer knows by itself of the ways to others. */
export interface Ways {
  /** Hosts that there is no way to: others stand in for their members. */
  readonly gone: ReadonlySet<HostId>;
  /** True where there was none lately: flows may be with who stood in. */
  readonly returned: boolean;
}

const everywhere: Ways = { gone: new Set(), returned: false };

export function candidatesOf({ members, former = [], draining = [] }: Listener, ways = everywhere): Candidates {
  const all = [...members, ...draining];
  const numbers = all.map(({ hostId }, index) => (ways.gone.has(hostId) ? 0 : index + 1));
  const byName = new Map(all.map(({ instance }, index) => [instance, numbers[index] ?? 0]));
  const slots = new Uint16Array(maglevSize * candidatesMax);
  const now = members.map(({ instance }) => instance);
  const table = maglevTable(now);
  const standIn = standIns(now, numbers);
  for (const [slot, index] of table.entries())
    slots[slot * candidatesMax] = numbers[index] === 0 ? standIn(slot, index) : (numbers[index] ?? 0);
  for (const names of former.map((set) => namesIn(now, set))) {
    const own = names.map((name) => byName.get(name) ?? 0);
    for (const [slot, index] of maglevTable(names).entries()) append(slots, slot * candidatesMax, own[index] ?? 0);
  }
  if (ways.returned)
    for (const [slot, index] of table.entries()) append(slots, slot * candidatesMax, standIn(slot, index));
  return { members: all, slots };
}

/**
 * For each slot another member than its own, whoever is gone: by a table of its own, from there on in order. It depends on
 * no other host's being gone, so that it is the same for those who hear of that sooner and later.
 */
function standIns(names: readonly string[], numbers: readonly number[]): (slot: number, own: number) => number {
  let table: Uint16Array | undefined;
  return (slot, own) => {
    table ??= maglevTable(names.map((name) => `${name} stands in`));
    const first = table[slot] ?? 0;
    for (let step = 0; step < names.length; step++) {
      const index = (first + step) % names.length;
      if (index !== own && numbers[index] !== 0) return numbers[index] ?? 0;
    }
    return 0;
  };
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
