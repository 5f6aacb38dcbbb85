/** How evenly the table of a load balancer spreads flows over members, and how many move when one of them leaves. */
import { maglevTable } from "@netwright/contract";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { told } from "./support/told.ts";

const instances = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `shop-web-${index + 1}`);

/** Members by slot. */
const slotsOf = (members: readonly string[]): readonly string[] =>
  Array.from(maglevTable(members), (index) => members[index] as string);

/** The busiest member's share, to that of each if all had the same. */
function spread(members: readonly string[]): number {
  const slots = slotsOf(members);
  const most = Math.max(
    ...Map.groupBy(slots, (member) => member)
      .values()
      .map((own) => own.length),
  );
  return (most * members.length) / slots.length;
}

/** Share of slots that move though their member stays, on the mean over which member leaves. The others have to. */
function movedWithoutNeed(members: readonly string[]): number {
  const before = slotsOf(members);
  const moved = members.map((gone) => {
    const after = slotsOf(members.filter((member) => member !== gone));
    return before.filter((member, slot) => member !== gone && after[slot] !== member).length / before.length;
  });
  return moved.reduce((sum, each) => sum + each, 0) / moved.length;
}

function casesOf(count: number): readonly Case[] {
  const members = instances(count);
  return [
    told(`${count} members: the busiest one's share, to the mean`, "x", spread(members), { of: "median", atMost: 1.1 }),
    told(`${count} members, one leaves: slots that must move`, "%", 100 / count),
    told(`${count} members, one leaves: slots that move besides`, "%", movedWithoutNeed(members) * 100, {
      of: "median",
      atMost: 8,
    }),
    { name: `${count} members: a table`, measured: { run: async () => void maglevTable(members) }, bars: [] },
  ];
}

export const benchmark: Benchmark = {
  name: "maglev",
  bar: "members get the same share within 10 %, and of 50 members that stay at most 8 % of slots move when one leaves",
  cases: async () => [3, 10, 50].flatMap(casesOf),
};
