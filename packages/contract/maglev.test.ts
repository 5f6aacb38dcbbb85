import * as fc from "fast-check";
import { expect, test } from "vitest";
import { maglevSize, maglevTable } from "./maglev.ts";

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 40 });

const shares = (table: Uint16Array, count: number): number[] =>
  Array.from({ length: count }, (_, index) => table.filter((member) => member === index).length);

test("no members, no table", () => {
  expect(maglevTable([])).toHaveLength(0);
});

test("every slot is filled and shares differ by at most one", () => {
  fc.assert(
    fc.property(names, (members) => {
      const counts = shares(maglevTable(members), members.length);
      expect(counts.reduce((a, b) => a + b)).toBe(maglevSize);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test("when one of ten leaves, few slots of the others move", () => {
  const members = Array.from({ length: 10 }, (_, index) => `shop-proxy-${index + 1}`);
  const before = maglevTable(members);
  const after = maglevTable(members.slice(1));
  let moved = 0;
  for (const [slot, index] of before.entries()) {
    if (index !== 0 && members[index] !== members.slice(1)[after[slot] ?? -1]) moved++;
  }
  expect(moved / maglevSize).toBeLessThan(0.1);
});

test("the table is part of the protocol between hosts: it never changes", () => {
  expect(Array.from(maglevTable(["a", "b", "c"]).slice(0, 24))).toMatchInlineSnapshot(`
    [
      2,
      1,
      2,
      1,
      2,
      1,
      1,
      2,
      0,
      0,
      2,
      1,
      0,
      0,
      1,
      2,
      0,
      0,
      1,
      1,
      0,
      0,
      1,
      0,
    ]
  `);
});
