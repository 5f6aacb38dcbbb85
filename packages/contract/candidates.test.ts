import * as fc from "fast-check";
import { expect, test } from "vitest";
import { candidatesMax, candidatesOf } from "./candidates.ts";
import type { FormerMembers, LoadBalancerMember } from "./host-state.ts";
import { maglevSize, maglevTable } from "./maglev.ts";
import { workloadMac } from "./names.ts";

const member = (number: number): LoadBalancerMember => ({
  instance: `web-${String(number).padStart(2, "0")}`,
  hostId: number,
  mac: workloadMac(3, number),
});
const named = (numbers: readonly number[]): readonly string[] => numbers.map((number) => member(number).instance);

/** Sets of members over time, latest first, as a listener has them; `alive` is whoever is not gone. */
function listenerOf(sets: readonly (readonly number[])[], alive: readonly number[]) {
  const now = sets[0] ?? [];
  const former = sets.slice(1).map((set): FormerMembers => ({
    also: named(set.filter((each) => !now.includes(each))),
    without: named(now.filter((each) => !set.includes(each))),
  }));
  return { members: now.map(member), former, draining: alive.filter((each) => !now.includes(each)).map(member) };
}

/** Instances that a slot leads to, in order. */
function inSlot(listener: ReturnType<typeof listenerOf>, slot: number): readonly (string | undefined)[] {
  const { members, slots } = candidatesOf(listener);
  return Array.from(slots.subarray(slot * candidatesMax, (slot + 1) * candidatesMax))
    .map((index) => members[index - 1]?.instance)
    .filter((instance, at) => instance !== undefined || at === 0);
}

const chosen = (set: readonly number[], slot: number): string | undefined =>
  named(set)[maglevTable(named(set))[slot] ?? -1];

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
const sets = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }).map(sorted), {
  minLength: 1,
  maxLength: 5,
});

test("a slot leads to who has it now, then to whoever had it and is not gone, latest first", () => {
  const slot = fc.integer({ min: 0, max: maglevSize - 1 });
  const alive = fc.uniqueArray(fc.integer({ min: 1, max: 9 })).map(sorted);
  fc.assert(
    fc.property(sets, alive, slot, (history, reachable, at) => {
      const [now, ...before] = history.map((set) => chosen(set, at));
      const known = new Set(named([...reachable, ...(history[0] ?? [])]));
      const former = [...new Set(before)].filter((each) => each !== now && each !== undefined && known.has(each));
      expect(inSlot(listenerOf(history, reachable), at)).toEqual([now, ...former].slice(0, candidatesMax));
    }),
  );
});

test("without a former set there is one candidate a slot, and without members none", () => {
  expect([...candidatesOf(listenerOf([[1, 2]], [])).slots].filter((index) => index !== 0)).toHaveLength(maglevSize);
  expect([...candidatesOf(listenerOf([[]], [])).slots].every((index) => index === 0)).toBe(true);
});

test("several drains at once leave nearly every flow a way to its member", () => {
  const history = [
    [5, 6, 7],
    [4, 5, 6, 7],
    [3, 4, 5, 6, 7],
    [2, 3, 4, 5, 6, 7],
  ];
  const { members, slots } = candidatesOf(listenerOf(history, [2, 3, 4]));
  const tables = history.map((set) => ({ names: named(set), table: maglevTable(named(set)) }));
  let lost = 0;
  for (let slot = 0; slot < maglevSize; slot++) {
    const ways = new Set(
      Array.from({ length: candidatesMax }, (_, at) => members[(slots[slot * candidatesMax + at] ?? 0) - 1]?.instance),
    );
    if (tables.some(({ names, table }) => !ways.has(names[table[slot] ?? -1]))) lost++;
  }
  // Slots that had more members than they remember.
  expect(lost / maglevSize).toBeLessThan(0.02);
});

test("others stand in for members on a host that is gone, and are asked still when it is back", () => {
  const listener = listenerOf([[1, 2, 3]], []);
  const firsts = (slots: Uint16Array): number[] => [...slots].filter((_, index) => index % candidatesMax === 0);
  const before = firsts(candidatesOf(listener).slots);
  const without = firsts(candidatesOf(listener, { gone: new Set([2]), returned: false }).slots);
  expect(new Set(without)).toEqual(new Set([1, 3]));
  expect(without.filter((each, slot) => before[slot] !== 2 && each !== before[slot])).toEqual([]);
  const { slots } = candidatesOf(listener, { gone: new Set(), returned: true });
  expect(firsts(slots)).toEqual(before);
  for (const [slot, chosenThen] of without.entries())
    expect([...slots.subarray(slot * candidatesMax, (slot + 1) * candidatesMax)]).toContain(chosenThen);
});
