import { expect, test } from "vitest";
import { ValueNumbers } from "./value-numbers.ts";

test("a value is told once, and again only after it was forgotten", () => {
  const numbers = new ValueNumbers(2);
  const [a, b] = [{ name: "a" }, { name: "b" }];
  const told: [number, object][] = [];
  const number = (value: object): number => numbers.of(value, (each, fresh) => void told.push([each, fresh]));
  expect(numbers.begin()).toEqual([]);
  expect([number(a), number(b), number(a)]).toEqual([1, 2, 1]);
  expect(told).toEqual([
    [1, a],
    [2, b],
  ]);
  for (let job = 0; job < 2; job++) {
    expect(numbers.begin()).toEqual([]);
    expect(number(b)).toBe(2);
  }
  expect(numbers.begin()).toEqual([1]);
  expect(number(a)).toBe(3);
  expect(told.at(-1)).toEqual([3, a]);
});
