/** What the runner of scenarios costs a step, how soon the first step runs, and what running side by side is worth. */
import { NetwrightError } from "@netwright/base";
import type { RunReport, SessionReport } from "@netwright/scenario";
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { runFiles } from "../packages/scenario/testdata/session.ts";

const nodes = ["a", "b", "c", "d", "e"];
const head = (name: string): string =>
  `apiVersion: netwright.dev/v1alpha1\nkind: Scenario\nmetadata: { name: ${name} }\n`;
const topology = `  topology:
    lab:
      nodes: [${nodes.map((name) => `{ name: ${name}, role: Linux }`).join(", ")}, { name: sw, role: Switch }]
      links: [${nodes.map((name) => `{ ends: [{ node: ${name} }, { node: sw }] }`).join(", ")}]
`;
const steps = (count: number, line: string): string =>
  Array.from({ length: count }, (_, index) => `    - { name: s${index}, at: a, run: "${line}" }\n`).join("");

/** Steps whose commands do nothing. */
const idle = `${head("idle")}spec:\n${topology}  steps:\n${steps(50, "true")}`;
/** Twenty scenarios that mostly wait, as tests of networks do. */
const waiting = `${head("waiting")}spec:\n${topology}  matrix: { n: [${Array.from({ length: 20 }, (_, n) => n).join(", ")}] }
  steps:\n${steps(5, "sleep 0.1")}`;

async function passed(text: string, width: number): Promise<SessionReport> {
  const report = await runFiles({ "s.yaml": text }, { width });
  const bad = report.runs.find(({ verdict }) => verdict !== "Passed");
  if (bad === undefined) return report;
  throw new NetwrightError("NW1601", `${bad.id}: ${bad.reason}`);
}

const first = async (text: string): Promise<RunReport> => (await passed(text, 1)).runs[0] as RunReport;

/** From the first step's beginning to the last one's end, for one. */
async function aStep(): Promise<number> {
  const { steps: all } = await first(idle);
  const last = all.at(-1);
  return ((last?.at ?? 0) + (last?.took ?? 0) - (all[0]?.at ?? 0)) / all.length;
}

/** From nothing to the first step. */
async function toFirstStep(): Promise<number> {
  const run = await first(idle);
  return (run.labTook ?? 0) + (run.steps[0]?.at ?? 0);
}

const took = async (width: number): Promise<number> => (await passed(waiting, width)).took;

const cases = async (): Promise<readonly Case[]> => [
  { name: "a step that does nothing", bars: [{ of: "median", atMost: 5 }], measured: { run: aStep } },
  { name: "five nodes, to the first step", bars: [{ of: "median", atMost: 100 }], measured: { run: toFirstStep } },
  {
    name: "20 scenarios, 8 at once",
    bars: [{ of: "ratio", atMost: 0.5 }],
    measured: { run: () => took(8) },
    baseline: { run: () => took(1) },
  },
];

export const benchmark: Benchmark = {
  name: "scenario",
  bar: "a step costs less than 5 ms; five nodes stand in less than 100 ms; side by side in at most half the time",
  cases,
};
