import { expect, test } from "vitest";
import { randomOf, type Random } from "./random.ts";

const draw = (random: Random, count: number, of: (random: Random) => number): readonly number[] =>
  Array.from({ length: count }, () => of(random));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test("the same for the same seed and purpose, another for any other", () => {
  const first = (seed: number, purpose: string): readonly number[] =>
    draw(randomOf(seed, purpose), 5, (random) => random.uniform());
  expect(first(1, "a")).toEqual(first(1, "a"));
  const all = [first(1, "a"), first(2, "a"), first(1, "b"), first(0, "a"), first(2 ** 32 - 1, "a")].map(String);
  expect(new Set(all).size).toBe(all.length);
});

test("uniform numbers lie in their bounds, normal ones have their moments", () => {
  const random = randomOf(1, "moments");
  const uniform = draw(random, 20_000, (each) => each.between(2, 4));
  expect(uniform.every((value) => value >= 2 && value < 4)).toBe(true);
  expect(mean(uniform)).toBeCloseTo(3, 1);
  const normal = draw(random, 20_000, (each) => each.normal());
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
});
