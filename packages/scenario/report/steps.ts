/** Steps of a run as reports list them. Pure. */
import type { CheckReport, RunReport, StepReport, Verdict } from "./report.ts";

/** Every step that did something itself: parallel ones instead of the step that holds them. */
export const singleSteps = ({ steps }: Pick<RunReport, "steps">): readonly StepReport[] =>
  steps.flatMap((step) => (step.parallel.length === 0 ? [step] : step.parallel.map((each) => withPhase(each, step))));

/** A step that may fail as a whole takes its parts with it. */
const withPhase = (part: StepReport, whole: StepReport): StepReport => ({
  ...part,
  mayFail: part.mayFail || whole.mayFail,
});

export const isBadVerdict = (verdict: Verdict): boolean => verdict === "Failed" || verdict === "Error";

/** Those that count against their run. */
export const badSteps = (run: Pick<RunReport, "steps">): readonly StepReport[] =>
  singleSteps(run).filter(({ verdict, mayFail }) => isBadVerdict(verdict) && !mayFail);

const phaseWords = { Setup: "setup", Steps: "step", Teardown: "teardown" } as const;

/** `step 3.1`, numbered from 1 on. */
export const stepNumber = ({ phase, index }: Pick<StepReport, "phase" | "index">): string =>
  `${phaseWords[phase]} ${index.map((each) => each + 1).join(".")}`;

export const checksOf = (run: Pick<RunReport, "steps">): readonly CheckReport[] =>
  singleSteps(run).flatMap(({ checks }) => checks);

/** `ecmp[family=6]`, and which attempt it is where there are several. */
export const runTitle = ({ id, attempt }: Pick<RunReport, "id" | "attempt">): string =>
  attempt === 1 ? id : `${id} (attempt ${attempt})`;

/** Why a run was not passed although no step of it says so; null when one does, or all is well. */
export const ownProblem = (run: RunReport): string | null =>
  isBadVerdict(run.verdict) && badSteps(run).length === 0 ? (run.reason ?? "it could not be judged") : null;
