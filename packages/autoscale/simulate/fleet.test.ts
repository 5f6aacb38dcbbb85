import { expect, test } from "vitest";
import { advance, fleetOf, resize, sizeOf, strengthOf, youngOf } from "./fleet.ts";

const fixed = (now: number, wanted: number, startUp = 30) => ({ now, wanted, startUp: () => startUp, drain: 10 });

test("what is started serves after its start-up, what is to go is paid until it has drained", () => {
  const fleet = fleetOf(2);
  resize(fleet, fixed(100, 4));
  advance(fleet, 129);
  expect([fleet.serving.length, sizeOf(fleet)]).toEqual([2, 4]);
  advance(fleet, 130);
  expect(fleet.serving.length).toBe(4);
  resize(fleet, fixed(200, 1));
  expect([fleet.serving.length, sizeOf(fleet)]).toEqual([1, 4]);
  advance(fleet, 209);
  expect(sizeOf(fleet)).toBe(4);
  advance(fleet, 210);
  expect(sizeOf(fleet)).toBe(1);
});

test("one that has not begun to serve goes first and at once, the youngest first", () => {
  const fleet = fleetOf(1);
  resize(fleet, fixed(0, 2, 30));
  resize(fleet, fixed(10, 3, 50));
  resize(fleet, fixed(20, 2));
  expect(fleet).toMatchObject({ starting: [30], draining: [] });
});

test("a quicker start overtakes a slower one", () => {
  const fleet = fleetOf(0);
  resize(fleet, fixed(0, 1, 60));
  resize(fleet, fixed(10, 2, 5));
  advance(fleet, 15);
  expect(fleet).toMatchObject({ serving: [15], starting: [60] });
});

test("a young instance has half of its capacity, then more, then all; without warm-up all at once", () => {
  const fleet = fleetOf(2);
  resize(fleet, fixed(0, 3, 10));
  advance(fleet, 10);
  expect([10, 15, 20].map((now) => strengthOf(fleet, now, 10))).toEqual([2.5, 2.75, 3]);
  expect(strengthOf(fleet, 10, 0)).toBe(3);
  expect([10, 19, 20].map((now) => youngOf(fleet, now, 10))).toEqual([1, 1, 0]);
});
