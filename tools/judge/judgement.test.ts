import { expect, test } from "vitest";
import { judge, pairedBound, standingsOf, student95 } from "./judgement.ts";
import type { Outcome } from "./run.ts";

const outcome = (scaler: string, week: string, violations: number, more: Partial<Outcome> = {}): Outcome => ({
  scaler,
  week,
  violations,
  seed: 1,
  cost: 1.1,
  failed: 0,
  longest: 0,
  actions: 100,
  ...more,
});

test("Student's quantile: the tables' values", () => {
  expect(student95(5)).toBeCloseTo(2.015, 2);
  expect(student95(10)).toBeCloseTo(1.812, 2);
  expect(student95(30)).toBeCloseTo(1.697, 3);
});

/* By hand: weeks a, b, c differ by 0.1, 0.2, 0.3: mean 0.2, deviation 0.1, 0.2 + t(2) 0.1 / sqrt 3. */
test("the bound is paired by week, and seeds of a week are averaged first", () => {
  const ours = [
    outcome("o", "a", 0.1),
    outcome("o", "b", 1.1),
    outcome("o", "b", 1.3, { seed: 2 }),
    outcome("o", "c", 5.3),
  ];
  const theirs = [outcome("p", "a", 0), outcome("p", "b", 1), outcome("p", "c", 5)];
  const { mean, bound } = pairedBound([...ours, ...theirs], "o", "p");
  expect(mean).toBeCloseTo(0.2);
  expect(bound).toBeCloseTo(0.2 + (student95(2) * 0.1) / Math.sqrt(3));
});

test("one week proves nothing", () => {
  expect(pairedBound([outcome("o", "a", 0), outcome("p", "a", 1)], "o", "p").bound).toBe(Infinity);
});

test("means, and the worst run", () => {
  const [standing] = standingsOf([outcome("o", "a", 1), outcome("o", "b", 3, { cost: 1.3 })]);
  expect(standing).toMatchObject({ violations: 2, worst: { week: "b", violations: 3 } });
  expect(standing?.cost).toBeCloseTo(1.2);
});

const all = (own: Partial<Outcome>): readonly Outcome[] =>
  ["a", "b", "c"].flatMap((week) => [
    outcome("netwright", week, 0.1, own),
    outcome("hpa-v2", week, 0.1, { cost: 1.2, actions: 80 }),
    outcome("knative-kpa", week, 0.2, { cost: 1.1, actions: 900 }),
  ]);

const holds = (own: Partial<Outcome>): readonly boolean[] => judge(all(own), "netwright").map((each) => each.holds);

test("each claim is judged for itself", () => {
  expect(holds({})).toEqual([true, true, true, true]);
  expect(holds({ cost: 1.13 })).toEqual([true, false, true, true]);
  expect(holds({ actions: 161 })).toEqual([true, true, false, true]);
  expect(holds({ violations: 0.16 })).toEqual([true, true, true, false]);
  expect(holds({ cost: 1.25, violations: 0.11 })).toEqual([false, false, true, true]);
});
