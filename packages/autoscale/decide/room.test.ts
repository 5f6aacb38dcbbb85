/** What there is no room for, and what is still needed while members drain. */
import { expect, test } from "vitest";
import { after, observe, policyOf, seen, web } from "../testing/service.ts";
import { decide } from "./decide.ts";
import type { Room, TierObservation } from "./observation.ts";

/** The decision about four instances of web, and why. */
function decided(cpu: number, more: Partial<TierObservation>, max = 100) {
  const { desired, reasons } = decide(
    policyOf([web({ max })]),
    observe(after(0), [seen("web", more.ready ?? 4, { cpu }, more)]),
  );
  return [desired["web"], ...reasons.map(({ code, message }) => `${code}: ${message}`)];
}

const full = (lacking = 0): Room => ({ more: 0, limit: "Hosts", lacking });

test("hosts that are full are said to be the limit", () => {
  expect(decided(1, { room: { more: 1, limit: "Hosts" } })[0]).toBe(5);
  expect(decided(1, { room: full() })).toEqual([
    4,
    "NoRoom: web stays at 4 though 6 instances would be right: hosts have room for 0 more",
  ]);
});

test("also where the size that it has does not fit, whether more would be right or not", () => {
  const crowded = { ready: 3, wanted: 5, room: full(2) };
  expect(decided(0.7, crowded)).toEqual([
    5,
    "NoRoom: web stays at 5: 2 of them fit nowhere, hosts have room for 0 more",
  ]);
  expect(decided(1.7, crowded, 5)).toEqual([
    5,
    "NoRoom: web stays at 5 though 8 instances would be right: 2 of them fit nowhere, hosts have room for 0 more",
  ]);
});

test("what does not fit is given up when it is not needed any more", () => {
  expect(decided(0.2, { ready: 3, wanted: 5, room: full(2) })).toEqual([
    1,
    "MetricsBelowTarget: web 5 -> 1: CPU 20% of 70%: 1 instance",
  ]);
});

test("it shrinks no further than to what its members that drain still need, and never grows for them", () => {
  expect(decided(0.1, { draining: 1, floor: 3 })).toEqual([
    3,
    expect.stringMatching(/^MetricsBelowTarget: web 4 -> 3/),
  ]);
  expect(decided(0.1, { draining: 1, floor: 9 })).toEqual([
    4,
    "Steady: web stays at 4: 4 are needed while members drain",
  ]);
});
