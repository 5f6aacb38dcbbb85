import { expect, test } from "vitest";
import type { Job } from "../load/job.ts";
import { selected, turnsOf } from "./order.ts";

const job = (name: string, ...ids: readonly string[]): Job =>
  ({ name, scenarios: ids.map((id) => ({ id })) }) as unknown as Job;
const jobs = [job("a", "a"), job("shop", "one", "two[family=6]"), job("b", "b")];
const names = (found: readonly Job[]) => found.map(({ name, scenarios }) => [name, ...scenarios.map(({ id }) => id)]);

test("a filter selects suites whole, and scenarios out of them", () => {
  expect(selected(jobs, [])).toBe(jobs);
  expect(names(selected(jobs, ["shop"]))).toEqual([["shop", "one", "two[family=6]"]]);
  expect(names(selected(jobs, ["two[family=*]"]))).toEqual([["shop", "two[family=6]"]]);
  expect(selected(jobs, ["c"])).toEqual([]);
});

test("the order is the seed's, and every round is another", () => {
  const many = Array.from({ length: 20 }, (_, index) => job(`j${index}`, "x"));
  const order = (seed: number) => turnsOf(many, 2, seed).map(({ job: { name }, attempt }) => `${name}.${attempt}`);
  expect(order(7)).toEqual(order(7));
  expect(order(7)).not.toEqual(order(8));
  const [first, second] = [order(7).slice(0, 20), order(7).slice(20)];
  expect(first.map((name) => name.split(".")[0])).not.toEqual(second.map((name) => name.split(".")[0]));
  expect(new Set(order(7)).size).toBe(40);
  expect(turnsOf(many, 3, 4294967295).map(({ seed }) => seed)).toContain(1);
});
