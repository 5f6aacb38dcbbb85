import { milliseconds, seconds } from "@netwright/base";
import { expect, test } from "vitest";
import { defaultTierModel, meanLatency, startUpSpan, utilisationMax } from "./model.ts";

const tier = { ...defaultTierModel, name: "web" };

test("one worker is M/M/1: 10 ms of work at 80 % take 50 ms", () => {
  expect(meanLatency({ capacity: 100, workers: 1 }, 0)).toBe(10);
  expect(meanLatency({ capacity: 100, workers: 1 }, 0.8)).toBeCloseTo(50);
});

/* Erlang C for 4 servers at 80 %: a request waits with probability 0.5964, 0.5964 / (4 x 0.2) = 0.75 times its work. */
test("several workers wait less: within 5 % of Erlang's formula", () => {
  const waited = meanLatency({ capacity: 100, workers: 4 }, 0.8) / 40 - 1;
  expect(waited).toBeGreaterThan(0.75 * 0.95);
  expect(waited).toBeLessThan(0.75 * 1.05);
});

/* M/M/1: p99 is ln 100 times the mean, 10 / (1 - u) ms; 230.26 ms at u = 0.8. */
test("the objective says how busy a tier may be", () => {
  expect(utilisationMax([tier], milliseconds(1000 * 0.01 * 5 * Math.log(100)), "p99")).toBeCloseTo(0.8);
  expect(utilisationMax([tier], milliseconds(1000 * 0.01 * 2 * Math.log(20)), "p95")).toBeCloseTo(0.5);
});

test("two equal tiers share the time; what idle instances cannot hold is 0", () => {
  const budget = milliseconds(1000 * 0.01 * 4 * Math.log(100));
  expect(utilisationMax([tier, tier], budget, "p99")).toBeCloseTo(0.5);
  expect(utilisationMax([tier], milliseconds(40), "p99")).toBe(0);
});

test("start-up: the median at 0, the 90th percentile at 1.2816 deviations", () => {
  const startUp = { median: seconds(5), p90: seconds(10) };
  expect(startUpSpan(startUp, 0)).toBe(5000);
  expect(startUpSpan(startUp, 1.2815515655446004)).toBe(10_000);
  expect(startUpSpan({ median: seconds(5), p90: seconds(5) }, 3)).toBe(5000);
  expect(startUpSpan({ median: milliseconds(0), p90: milliseconds(0) }, 3)).toBe(0);
});
