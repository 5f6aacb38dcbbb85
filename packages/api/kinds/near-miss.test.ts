import { expect, test } from "vitest";
import { nearest } from "./near-miss.ts";

test.each([
  ["replica", "replicas"],
  ["helath", "health"],
  ["HEALTH", "health"],
  ["workloads", "workload"],
  ["xyz", undefined],
  ["", undefined],
  ["portless-thing", undefined],
])("%s means %s", (word, expected) => {
  expect(nearest(word, ["replicas", "health", "workload", "port"])).toBe(expected);
});

test("a very long word is no burden", () => {
  expect(nearest("x".repeat(1_000_000), ["replicas"])).toBeUndefined();
});
