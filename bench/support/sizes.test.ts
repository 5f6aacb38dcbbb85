import { expect, test } from "vitest";
import { instanceSeconds, reached, type Size } from "./sizes.ts";

const sizes: readonly Size[] = [
  { at: 0, all: 1, ready: 1 },
  { at: 1000, all: 3, ready: 1 },
  { at: 1500, all: 3, ready: 3 },
  { at: 4000, all: 2, ready: 2 },
];

test("how long it took until so many were ready, counted from a moment", () => {
  expect(reached(sizes, 500, 2)).toBe(1000);
  expect(reached(sizes, 2000, 1)).toBe(2000);
  expect(() => reached(sizes, 0, 4)).toThrow("never ready: 4 instances");
});

test("instances cost from their beginning, ready or not", () => {
  expect(instanceSeconds(sizes, 0, 5000)).toBe(1 + 9 + 2);
  expect(instanceSeconds(sizes, 500, 1500)).toBe(0.5 + 1.5);
  expect(instanceSeconds([], 0, 1000)).toBe(0);
});
