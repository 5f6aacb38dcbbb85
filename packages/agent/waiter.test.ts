import { seconds } from "@netwright/base";
import { ManualClock, settled } from "@netwright/testkit/manual-clock.ts";
import { expect, test } from "vitest";
import { Waiter } from "./waiter.ts";

function resting(prepare: (waiter: Waiter) => void = () => {}) {
  const clock = new ManualClock();
  const waiter = new Waiter(clock);
  const stop = new AbortController();
  prepare(waiter);
  let over = false;
  void waiter.rest(seconds(10), stop.signal).then(() => (over = true));
  return { clock, waiter, stop, isOver: () => over };
}

test("a rest lasts its span", async () => {
  const { clock, isOver } = resting();
  await clock.advance(9999);
  expect(isOver()).toBe(false);
  await clock.advance(1);
  expect(isOver()).toBe(true);
});

test("waking ends it", async () => {
  const { waiter, clock, isOver } = resting();
  waiter.wake();
  await settled();
  expect([isOver(), clock.sleeping]).toEqual([true, []]);
});

test("a wake-up before the rest is not lost, and counts once", async () => {
  const { waiter, clock, stop, isOver } = resting((each) => each.wake());
  await settled();
  expect(isOver()).toBe(true);
  void waiter.rest(seconds(10), stop.signal);
  expect(clock.sleeping).toEqual([10_000]);
});

test("the signal ends it, and none begins after", async () => {
  const { waiter, clock, stop, isOver } = resting();
  stop.abort();
  await settled();
  expect(isOver()).toBe(true);
  await waiter.rest(seconds(10), stop.signal);
  expect(clock.sleeping).toEqual([]);
});
