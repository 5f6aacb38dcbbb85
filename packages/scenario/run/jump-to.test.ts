import { expect, test } from "vitest";
import type { Job } from "../load/job.ts";
import { requireStep } from "./jump-to.ts";

const job = { scenarios: [{ id: "s", spec: { steps: [{ name: "one" }, { name: "two" }] } }] } as unknown as Job;

test("a step to jump to must be there", () => {
  requireStep([job], "two");
  expect(() => requireStep([job], "three")).toThrow("s has no step three to jump to");
});
