/** JUnit XML of a session: a test suite for each run, a test case for each step. Pure. */
import { renderJunitXml, type JunitCase, type JunitSuite } from "./junit-xml.ts";
import { oneLine } from "./printable.ts";
import { commandLines, problemLines } from "./problem-text.ts";
import type { RunReport, SessionReport, StepReport } from "./report.ts";
import { ownProblem, runTitle, singleSteps, stepNumber } from "./steps.ts";

export const renderJunit = ({ runs, took, begunAt }: SessionReport): string =>
  renderJunitXml({ name: "netwright test", suites: runs.map(suiteOf), took, begunAt });

const suiteOf = (run: RunReport): JunitSuite => ({
  name: runTitle(run),
  file: run.file,
  took: run.took,
  begunAt: run.begunAt,
  properties: [
    ["seed", String(run.seed)],
    ["attempt", String(run.attempt)],
    ["verdict", run.verdict],
    ["repeat", run.repeat],
    ...(run.artefacts === null ? [] : [["artefacts", run.artefacts] as const]),
  ],
  cases: casesOf(run),
});

/** A run with none of its own steps to blame, or without any, has one case for itself. */
function casesOf(run: RunReport): readonly JunitCase[] {
  const steps = singleSteps(run).map(caseOf);
  const problem = ownProblem(run);
  if (problem === null && steps.length > 0) return steps;
  const whole = {
    name: "the whole",
    file: run.file,
    line: null,
    took: run.took,
    detail: `repeat: ${run.repeat}`,
    output: "",
  };
  return [...steps, { ...whole, outcome: run.verdict, message: oneLine(run.reason ?? "") }];
}

function caseOf(step: StepReport): JunitCase {
  const { verdict, reason, mayFail, source, took } = step;
  const forgiven = mayFail && verdict !== "Passed" && verdict !== "Skipped";
  return {
    name: `${stepNumber(step)}: ${oneLine(step.name)}`,
    file: source.file,
    line: source.line,
    took,
    outcome: forgiven ? "Skipped" : verdict,
    message: oneLine(forgiven ? `may fail, and did: ${reason ?? ""}` : (reason ?? "")),
    detail: problemLines(step).join("\n"),
    output: step.commands.flatMap(commandLines).join("\n"),
  };
}
