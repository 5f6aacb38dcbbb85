import type { Driver, HostState, Slot } from "@netwright/contract";
import { expect, test } from "vitest";
import { Attention, type Work } from "./attention.ts";

const state = (revision: number) => ({ node: `host${revision}` }) as HostState;
/** Wants the same whatever the state, but for bgp. */
const drivers = (["links", "firewall", "connections", "proxy", "bgp"] as const).map(
  (slot) => ({ slot, want: ({ node }: HostState) => (slot === "bgp" ? node : new Set([slot])) }) as unknown as Driver,
);
const slotsOf = (work: readonly Work[]): readonly Slot[] => work.map(({ driver }) => driver.slot);

function settled(): Attention {
  const attention = new Attention();
  attention.end(attention.begin(drivers, state(1)), new Set());
  return attention;
}

test("looks at everything first, then at what is wanted otherwise", () => {
  expect(slotsOf(new Attention().begin(drivers, state(1)))).toHaveLength(5);
  expect(slotsOf(settled().begin(drivers, state(1)))).toEqual([]);
  expect(slotsOf(settled().begin(drivers, state(2)))).toEqual(["bgp"]);
});

test("looks again at what was touched, also while it looks", () => {
  const attention = settled();
  attention.touch(["proxy"]);
  const work = attention.begin(drivers, state(1));
  expect(slotsOf(work)).toEqual(["proxy"]);
  attention.touch(["proxy"]);
  attention.end(work, new Set());
  expect(slotsOf(attention.begin(drivers, state(1)))).toEqual(["proxy"]);
  attention.touch();
  expect(slotsOf(attention.begin(drivers, state(1)))).toHaveLength(5);
});

test("looks again at what changed or failed, and at what stands on it", () => {
  const after = (slot: Slot): readonly Slot[] => {
    const attention = settled();
    attention.touch([slot]);
    attention.end(attention.begin(drivers, state(1)), new Set([slot]));
    return slotsOf(attention.begin(drivers, state(1)));
  };
  expect(after("bgp")).toEqual(["bgp"]);
  expect(after("firewall")).toEqual(["firewall", "connections"]);
  expect(after("links")).toEqual(["links", "firewall", "connections", "proxy"]);
});
