import { seconds } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { generateTrace, shapeNames, week, type ShapeName } from "./shapes.ts";
import { highestRate } from "./trace.ts";

const make = (shape: ShapeName, seed = 1): Float64Array =>
  generateTrace({ shape, seed, peak: 1000, length: week }).rates;

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe.each(shapeNames)("%s", (shape) => {
  test("the same seed gives the same week, another seed another one", () => {
    // As octets: comparing element by element is slow.
    const octets = (seed: number): Buffer => Buffer.from(make(shape, seed).buffer);
    expect(octets(7).equals(octets(7))).toBe(true);
    expect(octets(7).equals(octets(8))).toBe(false);
  });

  test("a week in steps of 10 s, its highest as asked for, never negative", () => {
    const trace = generateTrace({ shape, seed: 3, peak: 1000, length: week });
    expect(trace).toMatchObject({ name: `${shape}, seed 3`, start: 0, step: 10_000 });
    expect(trace.rates.length).toBe(60_480);
    expect(highestRate(trace)).toBeCloseTo(1000);
    expect(trace.rates.every((rate) => rate >= 0)).toBe(true);
  });

  test("an hour is possible", () => {
    expect(generateTrace({ shape, seed: 1, peak: 10, length: seconds(3600) }).rates.length).toBe(360);
  });
});

const day = 8640;
const seeds = [1, 2, 3];

test("on-off: most of the time it is either busy or almost idle", () => {
  for (const seed of seeds) {
    const rates = make("on-off", seed);
    const idle = rates.filter((rate) => rate < 50).length / rates.length;
    const between = rates.filter((rate) => rate >= 50 && rate < 200).length / rates.length;
    expect(idle).toBeGreaterThan(0.3);
    expect(between).toBeLessThan(0.02);
  }
});

test("growth: the last day has several times the traffic of the first", () => {
  for (const seed of seeds) {
    const rates = make("growth", seed);
    expect(mean(rates.slice(-day)) / mean(rates.slice(0, day))).toBeGreaterThan(4);
  }
});

test("consistent: one working day is like the other; variable: it has bursts that consistent has not", () => {
  const steepest = (rates: Float64Array): number =>
    rates.reduce((most, rate, index) => Math.max(most, rate - (rates[index - 30] ?? rate)), 0);
  for (const seed of seeds) {
    const rates = make("consistent", seed);
    expect(mean(rates.slice(day, 2 * day)) / mean(rates.slice(2 * day, 3 * day))).toBeCloseTo(1, 0);
    expect(steepest(make("variable", seed))).toBeGreaterThan(3 * steepest(rates));
  }
});
