import { expect, test } from "vitest";
import { latencyBounds, latencyBucket, latencyBucketCount, latencyError, latencyQuantile } from "./latency-buckets.ts";

/** A sequence that is the same every time; the low bits are not used. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const countsOf = (latencies: readonly number[]): Float64Array => {
  const counts = new Float64Array(latencyBucketCount);
  for (const latency of latencies) counts[latencyBucket(latency)] = (counts[latencyBucket(latency)] ?? 0) + 1;
  return counts;
};

const exactly = (latencies: readonly number[], quantile: number): number => {
  const sorted = latencies.toSorted((a, b) => a - b);
  return (sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number) / 1000;
};

test("bounds rise, and are whole", () => {
  expect(latencyBounds.every((bound, index) => bound > (latencyBounds[index - 1] ?? 0))).toBe(true);
  expect(latencyBounds.every(Number.isInteger)).toBe(true);
  expect(latencyBounds).toEqual(expect.arrayContaining([1000, 2500, 5000, 10_000, 1_000_000, 100_000_000]));
});

test("a latency is in the bucket whose upper bound is the first that is not below it", () => {
  expect([0, 100, 101, 112, 113].map(latencyBucket)).toEqual([0, 0, 1, 1, 2]);
  expect(latencyBucket(100_000_000)).toBe(latencyBounds.length - 1);
  expect(latencyBucket(100_000_001)).toBe(latencyBounds.length);
});

test.each([0, 0.5, 0.9, 0.95, 0.99, 1])("quantile %f is off by less than it is said to be", (quantile) => {
  const random = numbers(quantile * 1000 + 1);
  for (let round = 0; round < 200; round += 1) {
    // Over all six decades, every round with another spread.
    const [centre, spread] = [2.2 + 5 * (random.next().value as number), random.next().value as number];
    const latencies = Array.from({ length: 1 + (round % 50) }, () =>
      Math.round(Math.min(1e8, Math.max(101, 10 ** (centre + spread * (random.next().value as number))))),
    );
    const [told, exact] = [latencyQuantile(countsOf(latencies), quantile), exactly(latencies, quantile)];
    expect(Math.abs((told as number) - exact) / exact).toBeLessThan(latencyError);
  }
});

test("nothing counted is no quantile; what is out of bounds is told as the bound", () => {
  expect(latencyQuantile(new Float64Array(latencyBucketCount), 0.5)).toBeNull();
  expect(latencyQuantile(countsOf([3]), 0.5)).toBe(0.1);
  expect(latencyQuantile(countsOf([500_000_000]), 0.5)).toBe(100_000);
});

test("counts of two add up to those of both", () => {
  const [fast, slow] = [countsOf([1000, 1100, 1200]), countsOf([90_000])];
  const both = fast.map((count, bucket) => count + (slow[bucket] as number));
  expect(latencyQuantile(both, 0.75)).toBeCloseTo(latencyQuantile(fast, 1) as number);
  expect(latencyQuantile(both, 0.76)).toBeCloseTo(latencyQuantile(slow, 1) as number);
});
