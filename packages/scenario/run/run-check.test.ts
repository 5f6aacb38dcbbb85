/** What a check's looks mean, by loads that are made up. */
import { kinds, type Check, type Scenario } from "@netwright/api";
import { milliseconds } from "@netwright/base";
import { ManualClock } from "@netwright/testkit/manual-clock.ts";
import { expect, test } from "vitest";
import type { CheckWorld } from "../checks/look.ts";
import type { LoadCounts } from "../loads/running-load.ts";
import { runCheck } from "./run-check.ts";

const counts = (succeeded: number, failed: number): LoadCounts => ({ succeeded, failed, p99: null, failures: [] });

/** What the load says at each look; the last of it ever after. */
async function verdictOf(check: object, ...told: readonly (LoadCounts | undefined)[]): Promise<string> {
  const clock = new ManualClock();
  let look = 0;
  const load = { counts: async () => told[Math.min(look++, told.length - 1)] };
  const world = { clock, load: () => load, stepBegan: () => milliseconds(0) } as unknown as CheckWorld;
  const spec = { topology: { running: "lab" }, steps: [{ checks: [{ load: { name: "x" }, ...check }] }] };
  const head = { apiVersion: "netwright.dev/v1alpha1", kind: "Scenario", metadata: { name: "x" } };
  const parsed = kinds.Scenario.schema.parse({ ...head, spec }) as Scenario;
  const running = runCheck({
    check: parsed.spec.steps[0]?.checks[0] as Check,
    at: undefined,
    world,
    begun: undefined,
    signal: new AbortController().signal,
    source: { file: "x", line: 1 },
    elapsed: () => milliseconds(clock.monotonic()),
  });
  for (let step = 0; step < 40; step++) await clock.advance(100);
  const { verdict, seen } = await running;
  return `${verdict}: ${seen}`;
}

test("what is known passes and fails, and is turned round by not", async () => {
  expect(await verdictOf({}, counts(1, 0))).toMatch(/^Passed/);
  expect(await verdictOf({}, counts(1, 1))).toMatch(/^Failed/);
  expect(await verdictOf({ not: true }, counts(1, 1))).toMatch(/^Passed/);
});

test("what could not be found out never passes, and is looked at again", async () => {
  expect(await verdictOf({}, undefined)).toBe("Error: some requests are still under way");
  expect(await verdictOf({ not: true }, undefined)).toBe("Error: some requests are still under way");
  expect(await verdictOf({ not: true, eventually: "1s" }, undefined)).toMatch(/^Error/);
  expect(await verdictOf({ not: true, eventually: "1s" }, undefined, counts(1, 1))).toMatch(/^Passed/);
  expect(await verdictOf({ consistently: "1s" }, counts(1, 0), undefined)).toMatch(/^Error/);
});
