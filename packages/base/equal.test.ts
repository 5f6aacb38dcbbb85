import * as fc from "fast-check";
import { expect, test } from "vitest";
import { equal } from "./equal.ts";

test("what is the same text as JSON is equal, and nothing else", () => {
  const value = fc.jsonValue();
  fc.assert(
    fc.property(value, value, (one, other) => {
      expect(equal(one, structuredClone(one))).toBe(true);
      const sorted = (each: unknown): unknown =>
        typeof each !== "object" || each === null || Array.isArray(each)
          ? each
          : Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const text = (each: unknown): string => JSON.stringify(each, (_, part) => sorted(part));
      expect(equal(one, other)).toBe(text(one) === text(other));
    }),
  );
});

test.each<[unknown, unknown, boolean]>([
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: undefined }, { b: 1 }, false],
  [[], {}, false],
  [[1], [1, 2], false],
  [null, {}, false],
])("%j and %j: %s", (one, other, same) => {
  expect(equal(one, other)).toBe(same);
  expect(equal(other, one)).toBe(same);
});
