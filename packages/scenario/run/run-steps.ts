/** A list of steps, in order: what a failure means for those behind it. */
import type { Action, FieldPath, Step } from "@netwright/api";
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import type { ScenarioRun } from "../load/job.ts";
import { worst, type Place, type StepReport } from "../report/report.ts";
import type { Interaction, Moment } from "./interaction.ts";
import { isBad, runAction } from "./run-action.ts";
import { titleOf } from "./run-check.ts";
import type { Scene } from "./scene.ts";
import { printCommand } from "../checks/command.ts";

export type Phase = StepReport["phase"];

export interface StepsRun {
  readonly run: ScenarioRun;
  readonly phase: Phase;
  readonly scene: Scene;
  readonly signal: AbortSignal;
  readonly interaction: Interaction;
  readonly onBegin: (name: string, phase: Phase) => void;
  readonly onEnd: (step: StepReport) => void;
  /** While a step that failed still is as it failed. */
  readonly onBad: () => Promise<void>;
  /** Why a step cannot run on this machine; undefined when it can. */
  readonly lacking: (needs: readonly string[]) => Promise<string | undefined>;
  /** Steps before the one of this name are passed over. */
  readonly jumpTo: string | undefined;
  /** A critical step has failed earlier. */
  readonly broken: boolean;
}

export interface StepsEnded {
  readonly steps: readonly StepReport[];
  readonly broken: boolean;
  readonly quit: boolean;
  /** As it was read last. */
  readonly run: ScenarioRun;
}

const listOf = { Setup: "setup", Steps: "steps", Teardown: "teardown" } as const;

export async function runSteps(given: StepsRun): Promise<StepsEnded> {
  const { phase, interaction, jumpTo } = given;
  const reports: StepReport[] = [];
  let { run, broken } = given;
  let jumping = jumpTo !== undefined && phase === "Steps";
  for (let index = 0; index < run.spec[listOf[phase]].length; index++) {
    const step = run.spec[listOf[phase]][index] as Step;
    const name = stepName(step);
    if (jumping && name === jumpTo) jumping = false;
    const passedOver = jumping
      ? "before the step that was jumped to"
      : broken && !step.always
        ? "a critical step failed"
        : undefined;
    if (passedOver !== undefined) {
      reports.push(skipped(given, run, [index], name, passedOver));
      continue;
    }
    const moment: Moment = { stage: given.scene.stage, run, phase, name, breakpoint: step.breakpoint };
    const wanted = await interaction.before(moment);
    if (wanted === "Quit") return { steps: reports, broken: true, quit: true, run };
    if (wanted === "Skip") {
      reports.push(skipped(given, run, [index], name, "skipped by hand"));
      continue;
    }
    given.onBegin(name, phase);
    const report = await runStep(given, run, step, index);
    given.onEnd(report);
    if (isBad(report)) {
      const answer = await interaction.failed(moment, report);
      if (answer.next === "Quit") return { steps: [...reports, report], broken: true, quit: true, run };
      if (answer.next === "Retry") {
        run = answer.run;
        index -= 1;
        continue;
      }
      broken ||= step.critical || phase === "Setup";
    }
    reports.push(report);
  }
  return { steps: reports, broken, quit: false, run };
}

async function runStep(given: StepsRun, run: ScenarioRun, step: Step, index: number): Promise<StepReport> {
  const path: FieldPath = ["spec", listOf[given.phase], index];
  if (step.parallel === undefined) return runOne(given, run, step, path, [index]);
  const at = given.scene.elapsed();
  const parallel = await Promise.all(
    step.parallel.map((each, number) => runOne(given, run, each, [...path, "parallel", number], [index, number])),
  );
  const bad = parallel.find(isBad);
  const verdict = worst(parallel.filter(({ mayFail }) => !mayFail).map((each) => each.verdict));
  const head = headOf(given, run, [index], stepName(step), at, path);
  return {
    ...head,
    verdict,
    reason: bad === undefined ? null : `${bad.name}: ${bad.reason}`,
    mayFail: step.mayFail,
    parallel,
  };
}

async function runOne(
  given: StepsRun,
  run: ScenarioRun,
  action: Action,
  path: FieldPath,
  index: readonly number[],
): Promise<StepReport> {
  const { scene, signal } = given;
  const at = scene.elapsed();
  if (action.name !== undefined) scene.begun.set(action.name, at);
  const lacking = await given.lacking(action.needs);
  if (lacking !== undefined) return skipped(given, run, index, stepName(action), lacking);
  const place = (inside: FieldPath): Place => placeIn(run, [...path, ...inside]);
  let failedAfter: Milliseconds | undefined;
  const onBad = (): Promise<void> => {
    failedAfter = milliseconds(scene.elapsed() - at);
    return given.onBad();
  };
  const done = await runAction({ action, scene, signal, place, onBad });
  const head = headOf(given, run, index, stepName(action), at, path);
  // What is collected of a failure takes time that is not the step's.
  return { ...head, took: failedAfter ?? head.took, ...done, mayFail: action.mayFail };
}

const placeIn = (run: ScenarioRun, path: FieldPath): Place => {
  const { file, line } = run.locate(path);
  return { file, line };
};

function headOf(
  { phase, scene }: StepsRun,
  run: ScenarioRun,
  index: readonly number[],
  name: string,
  at: Milliseconds,
  path: FieldPath,
): StepReport {
  return {
    phase,
    index,
    name,
    at,
    took: milliseconds(scene.elapsed() - at),
    verdict: "Passed",
    reason: null,
    mayFail: false,
    source: placeIn(run, path),
    commands: [],
    checks: [],
    parallel: [],
  };
}

const skipped = (
  given: StepsRun,
  run: ScenarioRun,
  index: readonly number[],
  name: string,
  reason: string,
): StepReport => ({
  ...headOf(given, run, index, name, given.scene.elapsed(), ["spec", listOf[given.phase], ...index]),
  verdict: "Skipped",
  reason,
});

/** What people call it: its name, or the first thing that it does. */
export function stepName(step: Step | Action): string {
  if (step.name !== undefined) return step.name;
  if ("parallel" in step && step.parallel !== undefined) return step.parallel.map(stepName).join(" beside ");
  const first = (text: string): string => text.trim().split("\n")[0] ?? "";
  if (step.run !== undefined) {
    const many = Array.isArray(step.run) && Array.isArray(step.run[0]);
    const line = many ? (step.run as readonly (readonly string[])[])[0] : (step.run as string | readonly string[]);
    return first(printCommand(line ?? ""));
  }
  if (step.netwright !== undefined) return `netwright ${step.netwright.join(" ")}`;
  const [program] = step.background;
  if (program !== undefined) return `start ${program.name}`;
  const [load] = step.load;
  if (load !== undefined) return `load ${load.name}`;
  const [check] = [...step.checks, ...step.wait];
  if (check !== undefined) return titleOf(check, step.at);
  if (step.faults.length > 0) return "faults";
  if (step.nemesis !== undefined) return "nemesis";
  if (step.stop.length > 0) return `stop ${step.stop.join(", ")}`;
  if (step.files.length > 0) return "put files";
  if (step.pause !== undefined) return `pause ${formatDuration(step.pause)}`;
  return step.heal ? "heal" : "breakpoint";
}
