/** A run of a scenario that is over: one line, and what went wrong below it. Pure. */
import { formatDuration } from "@netwright/base";
import { oneLine } from "@netwright/scenario/report/printable.ts";
import { placeText, problemLines } from "@netwright/scenario/report/problem-text.ts";
import type { RunReport, StepReport, Verdict } from "@netwright/scenario/report/report.ts";
import {
  badSteps,
  checksOf,
  isBadVerdict,
  ownProblem,
  runTitle,
  singleSteps,
  stepNumber,
} from "@netwright/scenario/report/steps.ts";
import { paint } from "./paint.ts";

const colors = { Passed: "green", Failed: "red", Error: "red", Skipped: "yellow" } as const;
const words: Readonly<Record<Verdict, string>> = {
  Passed: "passed",
  Failed: "failed",
  Error: "error",
  Skipped: "skipped",
};
const titleWidth = 40;
/** More steps that were left out for one reason are counted. */
const namedMax = 2;

export function renderRun(run: RunReport, colored: boolean): string {
  const lines = [headLine(run, colored), ...skippedLines(run), ...(isBadVerdict(run.verdict) ? problemBlock(run) : [])];
  return lines.map((line) => `${line}\n`).join("");
}

function headLine(run: RunReport, colored: boolean): string {
  const { verdict, took, reason } = run;
  const word = paint(words[verdict].padEnd(8), colors[verdict], colored);
  const title = oneLine(runTitle(run));
  if (verdict === "Skipped") return `${word} ${title.padEnd(titleWidth)} ${oneLine(reason ?? "no reason is known")}`;
  const count = checksOf(run).length;
  const checks = `${count} ${count === 1 ? "check" : "checks"}`;
  return `${word} ${title.padEnd(titleWidth)} ${formatDuration(took).padStart(9)}  ${checks}`;
}

/** Steps that were left out, by reason; those behind a failure explain themselves. */
function skippedLines(run: RunReport): readonly string[] {
  const left = singleSteps(run).filter(({ verdict }) => verdict === "Skipped");
  const reasons = Map.groupBy(left, ({ reason }) => oneLine(reason ?? "no reason is known"));
  return [...reasons].map(([reason, steps]) => {
    const which = steps.length > namedMax ? `${steps.length} steps` : steps.map(stepTitle).join("; ");
    return `  skipped ${which}: ${reason}`;
  });
}

const stepTitle = (step: StepReport): string => `${stepNumber(step)}: ${oneLine(step.name)}`;

function problemBlock(run: RunReport): readonly string[] {
  const steps = badSteps(run).flatMap((step) => [
    `${stepTitle(step)} (${placeText(step.source)})`,
    ...problemLines(step).map((line) => `  ${line}`),
  ]);
  const own = ownProblem(run);
  const whole = own === null ? [] : [oneLine(own)];
  const collected = run.artefacts === null ? [] : [`collected  ${run.artefacts}/`];
  return [...steps, ...whole, ...collected, `once more  ${run.repeat}`].map((line) => `  ${line}`);
}
