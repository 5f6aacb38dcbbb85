import { milliseconds } from "@netwright/base";
import type { HealthCheck } from "@netwright/contract";
import { expect, test } from "vitest";
import { pauseAfter } from "./check-pace.ts";
import type { Verdict } from "./health.ts";

const check: HealthCheck = {
  kind: "Http",
  port: 80,
  path: "/",
  interval: milliseconds(1000),
  timeout: milliseconds(1000),
  rise: 1,
  fall: 3,
};
const zero = milliseconds(0);
const well: Verdict = { healthy: true, against: 0, againstSince: zero, since: zero, falls: 0 };
const instances = Array.from({ length: 1000 }, (_, index) => `default/shop-web-${index}`);

/** When each of 1,000 instances that came at once is asked in a second that begins later. */
function askedIn(from: number): readonly number[] {
  return instances.flatMap((instance) => {
    const times: number[] = [];
    for (let at = 0, count = 0; at < from + 1000; at += pauseAfter(well, check, instance, count++))
      if (at >= from) times.push(at - from);
    return times;
  });
}

test.each([1000, 30_000])("a thousand that came at once do not beat together after %d ms", (from) => {
  const tenths = Map.groupBy(askedIn(from), (at) => Math.floor(at / 100));
  const counts = [...tenths.values()].map((each) => each.length);
  expect(tenths.size).toBe(10);
  // 100 to 111 on the average; all at once would be 1,000 in one tenth.
  expect(Math.max(...counts)).toBeLessThan(160);
});

test("nobody waits longer than its interval, and not much less", () => {
  for (const instance of instances) {
    for (let count = 1; count < 20; count++) {
      const pause = pauseAfter(well, check, instance, count);
      expect(pause).toBeLessThanOrEqual(1000);
      expect(pause).toBeGreaterThanOrEqual(900);
    }
  }
});

test("a dead one is known within its interval and 200 ms, whatever `fall` is up to 4", () => {
  const asked = pauseAfter(well, check, "default/shop-web-1", 5);
  const again = pauseAfter({ ...well, against: 1 }, check, "default/shop-web-1", 6);
  expect(asked + 3 * again).toBeLessThan(1200);
});

test("intervals that are shorter than what is quick are kept", () => {
  const short = { ...check, interval: milliseconds(100), timeout: milliseconds(50) };
  expect(pauseAfter({ ...well, healthy: false }, short, "x", 1)).toBe(100);
  expect(pauseAfter({ ...well, healthy: false }, check, "x", 1)).toBe(100);
});
