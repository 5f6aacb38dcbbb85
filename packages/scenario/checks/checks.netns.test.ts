/** Every kind of check on one real network with a firewall in its middle: what holds, and what does not. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSubjects } from "@netwright/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CheckReport, RunReport, StepReport } from "../report/report.ts";
import { probes, routing, services } from "../testdata/check-cases.ts";
import { scenario } from "../testdata/check-network.ts";
import { runFiles } from "../testdata/session.ts";

const evidence = mkdtempSync(join(tmpdir(), "netwright-evidence-"));

let run: RunReport;
beforeAll(async () => {
  const { runs } = await runFiles({ "checks.yaml": JSON.stringify(scenario) }, { directoryOf: () => evidence });
  run = runs[0] as RunReport;
});
afterAll(() => rmSync(evidence, { recursive: true }));

const stepOf = (name: string): StepReport => run.steps.find((each) => each.name === name) as StepReport;
const verdicts = { holds: /^Passed: /, fails: /^Failed: /, unknown: /^Error: / };
const told = ({ verdict, seen }: CheckReport): string => `${verdict}: ${seen}`;

describe.each([
  ["probes", probes],
  ["services", services],
  ["routing", routing],
] as const)("%s", (name, cases) => {
  test.each(cases.map(([check, verdict, seen], index) => [JSON.stringify(check), verdict, seen, index] as const))(
    "%s %s",
    (_, verdict, seen, index) => {
      const report = stepOf(name).checks.slice(-cases.length)[index] as CheckReport;
      expect(told(report)).toMatch(verdicts[verdict]);
      expect(report.seen).toMatch(seen);
      expect(report.expected).not.toMatch(/^$|\n|undefined/);
    },
  );
});

test("a TCP check takes no longer than its answer, however busy the machine is", () => {
  const took = stepOf("probes")
    .checks.filter(({ seen }) => seen.startsWith("Open"))
    .map((check) => check.took);
  expect(Math.min(...took)).toBeLessThan(1000);
});

test("a matrix is drawn as a grid", () => {
  const [first] =
    stepOf("services").checks.find(({ subject, verdict }) => subject === "matrix" && verdict === "Failed")?.evidence ??
    [];
  expect(first).toEqual({
    kind: "Grid",
    name: "TCP 81",
    columns: ["b", "r"],
    rows: [
      {
        name: "a",
        cells: [
          { expected: "Open", seen: "Dropped" },
          { expected: "Refused", seen: "Refused" },
        ],
      },
      { name: "c", cells: [{ expected: "Open", seen: "Dropped" }, null] },
    ],
  });
});

test("captures begin before the step's commands and have all of them; packets that should not be are evidence", () => {
  expect(stepOf("captures").checks.map(told)).toEqual([
    expect.stringMatching(/^Passed: \d+ packets$/),
    expect.stringMatching(/^Failed: \d+ packets$/),
    "Passed: 0 packets",
    "Failed: 0 packets",
  ]);
  expect(stepOf("captures").checks[1]?.evidence).toMatchObject([
    { kind: "File", name: expect.stringContaining("-r-b.pcap") },
  ]);
  expect(readdirSync(evidence)).toEqual([expect.stringMatching(/^capture-\d+-r-b\.pcap$/)]);
  expect(stepOf("a filter that is none")).toMatchObject({
    verdict: "Error",
    reason: expect.stringContaining("syntax error"),
  });
});

test("loads: none failed, some failed, none since the service came back", () => {
  expect(["loads", "broken", "again"].map((name) => stepOf(name).verdict)).toEqual(["Passed", "Passed", "Passed"]);
  expect(stepOf("a failure").checks.map(told)).toEqual([
    expect.stringMatching(/^Failed: \d+ of \d+ failed, .*: Refused by b .*: RST, 0 succeeded$/),
  ]);
  expect(stepOf("under way").checks.map(told)).toEqual([
    expect.stringMatching(/^Failed: (\d+) of \1 failed, .*no answer/),
  ]);
  const load = (name: string) => run.loads.find((each) => each.name === name);
  const { failures = [], tenths = [], succeeded = 0, failed = 0, p50 } = load("http") ?? {};
  expect(failures[0]?.message).toMatch(/ECONNREFUSED|ECONNRESET|hang up/);
  expect(tenths.reduce((sum, tenth) => sum + tenth.succeeded + tenth.failed, 0)).toBe(succeeded + failed);
  expect(p50).toBeGreaterThan(0);
  expect(load("own")).toMatchObject({ description: "sleep 1000", succeeded: 1, failed: 0 });
  expect(load("ping")).toMatchObject({ failed: 0, description: "ping b, 200 a second" });
});

test("without a server there are no objects", () => {
  expect(stepOf("object").checks.map(told)).toEqual(["Error: the lab has no server, so there are no objects"]);
});

test("every kind of check was made", () => {
  const made = new Set(run.steps.flatMap(({ checks }) => checks.map(({ subject }) => subject)));
  expect(checkSubjects.filter((subject) => !made.has(subject))).toEqual([]);
});
