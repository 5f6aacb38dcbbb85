import { milliseconds } from "@netwright/base";
import { expect, test } from "vitest";
import { attemptsOf, countVerdicts, differencesOf, wilson } from "./attempts.ts";
import type { RunReport } from "./report.ts";
import { brokenRun, sampleRun, sampleSession, sampleStep, skippedRun } from "./testdata/sample-session.ts";

const rounded = ([low, high]: readonly [number, number]) => [Number(low.toFixed(4)), Number(high.toFixed(4))];

test.each([
  // Reference values: R's prop.test(x, n, correct = FALSE).
  [8, 10, [0.4902, 0.9433]],
  [1, 2, [0.0945, 0.9055]],
  [0, 10, [0, 0.2775]],
  [10, 10, [0.7225, 1]],
  [97, 100, [0.9155, 0.9897]],
])("Wilson's interval of %i of %i", (hits, total, expected) => {
  expect(rounded(wilson(hits, total))).toEqual(expected);
});

test("attempts are gathered by scenario; skipped ones are not judged", () => {
  const runs = [sampleRun(), skippedRun, sampleRun({ attempt: 2, verdict: "Failed" })];
  const [first, second] = attemptsOf({ runs });
  expect(first).toMatchObject({ id: "two-hosts", passed: 1, judged: 2 });
  expect(second).toMatchObject({ id: "mail-pair", passed: 0, judged: 0, interval: null });
  expect(countVerdicts(sampleSession.runs)).toEqual({ Passed: 1, Failed: 1, Skipped: 1, Error: 1 });
});

const slow = (verdict: "Passed" | "Failed", took: number, given: Partial<RunReport> = {}): RunReport =>
  sampleRun({
    verdict,
    took: milliseconds(took),
    steps: [
      sampleStep({ name: "session is up", took: milliseconds(took / 2) }),
      sampleStep({ index: [1], name: "asks", verdict, reason: verdict === "Passed" ? null : "refused" }),
    ],
    ...given,
  });

test("what differs between attempts that passed and those that failed", () => {
  const fault = (description: string) => [{ description, on: [], at: milliseconds(1), until: null, skipped: null }];
  const runs = [
    slow("Passed", 200, { faults: fault("a-b: down") }),
    slow("Failed", 4000, { seed: 8, faults: fault("b-c: down") }),
    slow("Passed", 220, { faults: fault("a-b: down") }),
    slow("Failed", 4100, { seed: 9 }),
  ];
  expect(differencesOf({ runs })).toEqual([
    "2 of 2 failed at step 2: asks: refused",
    "only when it fails: fault b-c: down",
    "only when it passes: fault a-b: down",
    "step 1: session is up takes 2.05 s when it fails, 110 ms when it passes",
    "takes 4.10 s when it fails, 220 ms when it passes",
    "failed with seeds 8, 9",
  ]);
});

test("a run that broke as a whole is told by its reason", () => {
  expect(differencesOf({ runs: [sampleRun(), brokenRun] })[0]).toBe(
    "1 of 1 failed at ping at client ended by itself with status 1: unknown host",
  );
});

test("where all ended alike nothing differs", () => {
  expect(differencesOf({ runs: [sampleRun(), sampleRun()] })).toEqual([]);
});
