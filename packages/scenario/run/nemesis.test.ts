import { expect, test } from "vitest";
import { vainOf } from "./nemesis.ts";

const skipped = { verdict: "Skipped", reason: "no netem" } as const;
const broken = { verdict: "Error", reason: "no such link" } as const;

test("a nemesis of which nothing began shows nothing; what went wrong counts more than what is lacking", () => {
  expect(vainOf([skipped, undefined])).toBeUndefined();
  expect(vainOf([skipped, skipped])).toEqual({
    verdict: "Skipped",
    reason: "nemesis: none of its faults began: no netem",
  });
  expect(vainOf([skipped, broken])?.verdict).toBe("Error");
  expect(vainOf([])?.verdict).toBe("Skipped");
});
