/** A list of steps, in order: what a failure means for those behind it. */
import type { Action, FieldPath, Step } from "@netwright/api";
import { formatDuration, milliseconds, type Milliseconds } from "@netwright/base";
import type { ScenarioRun } from "../load/job.ts";
import { worst, type Place, type StepReport } from "../report/report.ts";
import { allOf } from "./all-of.ts";
import type { Interaction, Moment } from "./interaction.ts";
import { isBad, runAction } from "./run-action.ts";
import { titleOf } from "./run-check.ts";
import type { Scene } from "./scene.ts";
import { takeBack } from "./take-back.ts";
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
  /** Of every step that counts, as it ends: one that is tried again does not. */
  readonly keep: (step: StepReport) => void;
  /** While a step that failed still is as it failed. */
  readonly onBad: () => Promise<void>;
  /** Why a step cannot run on this machine; undefined when it can. */
  readonly lacking: (needs: readonly string[]) => Promise<string | undefined>;
  /** Steps before the one of this name are passed over. */
  readonly jumpTo: string | undefined;
  /** Why only steps with `always` run, because of what was before. */
  readonly broken: string | undefined;
}

export interface StepsEnded {
  readonly broken: string | undefined;
  readonly quit: boolean;
  /** As it was read last. */
  readonly run: ScenarioRun;
}

const listOf = { Setup: "setup", Steps: "steps", Teardown: "teardown" } as const;

/** @throws the signal's reason when that aborts; the step that ran then has been kept */
export async function runSteps(given: StepsRun): Promise<StepsEnded> {
  const { phase, interaction, jumpTo, keep, signal } = given;
  let { run, broken } = given;
  let jumping = jumpTo !== undefined && phase === "Steps";
  for (let index = 0; index < run.spec[listOf[phase]].length; index++) {
    const step = run.spec[listOf[phase]][index] as Step;
    const name = stepName(step);
    if (jumping && name === jumpTo) jumping = false;
    const passedOver = jumping ? "before the step that was jumped to" : step.always ? undefined : broken;
    if (passedOver !== undefined) {
      keep(skipped(given, run, [index], name, passedOver));
      continue;
    }
    const moment: Moment = { stage: given.scene.stage, run, phase, name, breakpoint: step.breakpoint };
    const wanted = await interaction.before(moment);
    signal.throwIfAborted();
    if (wanted === "Quit") return { broken, quit: true, run };
    if (wanted === "Skip") {
      keep(skipped(given, run, [index], name, "skipped by hand"));
      continue;
    }
    given.onBegin(name, phase);
    const undo = takeBack(given.scene);
    const report = await runStep(given, run, step, index);
    given.onEnd(report);
    const answer =
      isBad(report) && !signal.aborted ? await interaction.failed(moment, report) : ({ next: "GoOn" } as const);
    if (answer.next === "Retry") {
      await undo();
      run = answer.run;
      index -= 1;
      continue;
    }
    keep(report);
    signal.throwIfAborted();
    if (answer.next === "Quit") return { broken, quit: true, run };
    broken ??= breaks(given, step, report);
  }
  return { broken, quit: false, run };
}

/** Why steps behind this one do not run. Without a fault that was to stay, they would show nothing. */
function breaks({ phase, scene }: StepsRun, step: Step, report: StepReport): string | undefined {
  if (isBad(report)) return step.critical || phase === "Setup" ? "a critical step failed" : undefined;
  const missing =
    step.parallel === undefined
      ? [[step, report] as const]
      : step.parallel.map((each, number) => [each, report.parallel[number] ?? report] as const);
  const [, faultless] = missing.find(([each, { verdict }]) => each.keepFaults && verdict === "Skipped") ?? [];
  if (faultless === undefined) return undefined;
  const reason = `${faultless.name}: ${faultless.reason}`;
  scene.faults.inVain({ verdict: "Skipped", reason });
  return reason;
}

async function runStep(given: StepsRun, run: ScenarioRun, step: Step, index: number): Promise<StepReport> {
  const path: FieldPath = ["spec", listOf[given.phase], index];
  if (step.parallel === undefined) return runOne(given, run, step, path, [index]);
  const at = given.scene.elapsed();
  const parallel = await allOf(
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
