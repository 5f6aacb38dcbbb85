import { expect, test } from "vitest";
import { randomOf } from "../traces/random.ts";
import { after } from "../testing/service.ts";
import { ahead, follow, level, type Estimate } from "./estimate.ts";

/** One value a second. */
const followed = (values: readonly number[]): Estimate =>
  values.reduce<Estimate | undefined>((before, value, second) => follow(before, after(second), value), undefined) ??
  follow(undefined, after(0), 0);

const noisy = (of: (second: number) => number, seconds: number): readonly number[] => {
  const random = randomOf(1, "estimate");
  return Array.from({ length: seconds }, (_, second) => of(second) * (1 + 0.03 * random.normal()));
};

test("noise is averaged away, and nothing is expected of it", () => {
  const estimate = followed(noisy(() => 1000, 600));
  expect(level(estimate)).toBeGreaterThan(980);
  expect(level(estimate)).toBeLessThan(1020);
  expect(ahead(estimate)).toBe(level(estimate));
});

test("a ramp is no noise: it is followed closely for as long as it lasts, and carried on", () => {
  const estimate = followed(noisy((second) => 1000 + Math.max(0, second - 300) * 10, 420));
  // 2190 at the end, 10 more each second.
  expect(level(estimate)).toBeGreaterThan(2100);
  expect(ahead(estimate)).toBeGreaterThan(2190);
  expect(ahead(estimate)).toBeLessThan(2190 + 10 * 25);
});

test("a jump is believed within seconds, and not taken for the beginning of an endless rise", () => {
  const estimate = followed(noisy((second) => (second < 300 ? 1000 : 5000), 305));
  expect(level(estimate)).toBeGreaterThan(3500);
  expect(ahead(estimate)).toBeLessThan(1.5 * 5000);
});

test("a fall is believed when it lasts", () => {
  const falling = (seconds: number): number => level(followed(noisy((second) => (second < 300 ? 1000 : 100), seconds)));
  expect(falling(302)).toBeGreaterThan(900);
  expect(falling(420)).toBeLessThan(130);
});
