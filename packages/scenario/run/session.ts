/** All runs of one command: side by side, in a seeded order, each on a lab of its own. */
import { messageOf, milliseconds } from "@netwright/base";
import type { Job, ScenarioRun } from "../load/job.ts";
import type { RunReport, SessionReport, TestEvent } from "../report/report.ts";
import { unattended, type Interaction } from "./interaction.ts";
import { requireStep } from "./jump-to.ts";
import type { Labs, StandingLab } from "./labs.ts";
import { allOf } from "./all-of.ts";
import { turnsOf, type Turn } from "./order.ts";
import { drawn, runScenario, type RunOptions, type Standing } from "./run-scenario.ts";
import type { Stage } from "./scene.ts";
import { suiteParts } from "./suite-parts.ts";

export interface SessionOptions {
  readonly jobs: readonly Job[];
  readonly labs: Labs;
  readonly clock: Stage["context"]["clock"];
  /** Labs at once. */
  readonly width: number;
  readonly repeat: number;
  /** After the first failure nothing new begins. */
  readonly untilFail: boolean;
  readonly seed: number;
  readonly keep: "never" | "on-failure" | "always";
  readonly jumpTo: string | undefined;
  /** Set-up was done by an earlier session on the lab that is used. */
  readonly reused: boolean;
  readonly interaction?: Interaction;
  readonly signal: AbortSignal;
  readonly report: (event: TestEvent) => void;
  readonly lacking: RunOptions["lacking"];
  readonly repeatCommand: (run: ScenarioRun, job: Job, seed: number) => string;
  /** Of a run, for artefacts. */
  readonly directoryOf: (run: ScenarioRun, attempt: number) => string;
  readonly collect: RunOptions["collect"];
  /** A lab that is not removed. */
  readonly onKept: (stage: Stage) => Promise<void>;
}

/** Options, and whether anything new may begin. */
interface Session extends SessionOptions {
  readonly stopped: () => boolean;
}

/** On a lab that may stay up. */
interface OnLab extends Session {
  readonly keeps: (failed: boolean) => boolean;
}

/**
 * @throws the signal's reason when it was ended from outside, labs are gone then; NW1001 when a scenario has no step to
 * jump to; NW1703, after the report, when labs could not be removed
 */
export async function runSession(options: SessionOptions): Promise<SessionReport> {
  const { clock, jobs, labs, report, repeat, seed, signal } = options;
  if (options.jumpTo !== undefined) requireStep(jobs, options.jumpTo);
  const begun = clock.monotonic();
  const begunAt = clock.now();
  const turns = [...turnsOf(jobs, repeat, seed)];
  const runs: RunReport[] = [];
  const scenarios = turns.reduce((sum, { job }) => sum + job.scenarios.length, 0);
  report({ kind: "SessionBegan", runs: scenarios, jobs: jobs.length, seed });
  let broken = false;
  const stopped = (): boolean => broken || signal.aborted || (options.untilFail && runs.some(isFailed));
  const work = async (): Promise<void> => {
    for (let turn = turns.shift(); turn !== undefined && !stopped(); turn = turns.shift()) {
      // The next one's lab is built while this one waits for what it does.
      const [next] = turns;
      if (next !== undefined) labs.prepare(next.job);
      for await (const run of runTurn({ ...options, stopped }, turn)) {
        runs.push(run);
        report({ kind: "RunEnded", run });
      }
    }
  };
  const worker = (): Promise<void> =>
    work().catch((error: unknown) => {
      broken = true;
      throw error;
    });
  const [worked] = await Promise.allSettled([allOf(Array.from({ length: Math.max(1, options.width) }, worker))]);
  const [removed] = await Promise.allSettled([labs.end()]);
  signal.throwIfAborted();
  if (worked.status === "rejected") throw worked.reason;
  const whole: SessionReport = { version: 1, seed, begunAt, took: milliseconds(clock.monotonic() - begun), runs };
  report({ kind: "SessionEnded", report: whole });
  if (removed.status === "rejected") throw removed.reason;
  return whole;
}

export const isFailed = ({ verdict }: RunReport): boolean => verdict === "Failed" || verdict === "Error";

async function* runTurn(options: Session, turn: Turn): AsyncGenerator<RunReport> {
  const { labs, lacking, keep, onKept } = options;
  const { job } = turn;
  const needs = [
    ...(job.shared?.spec.needs ?? []),
    ...job.scenarios.flatMap(({ spec }) => (job.scenarios.length === 1 ? spec.needs : [])),
  ];
  const absent = await lacking(needs);
  if (absent !== undefined) {
    for (const run of job.scenarios) yield unrun(options, turn, run, "Skipped", absent);
    return;
  }
  let lab: StandingLab;
  try {
    lab = await labs.take(job);
  } catch (error) {
    options.signal.throwIfAborted();
    for (const run of job.scenarios) yield unrun(options, turn, run, "Error", messageOf(error));
    return;
  }
  let failed = false;
  const keeps = (bad: boolean): boolean =>
    lab.took !== null && !options.signal.aborted && (keep === "always" || (keep === "on-failure" && bad));
  try {
    // Something failed while this one waited for its lab.
    if (options.stopped()) return;
    for await (const run of runsOn({ ...options, keeps }, turn, lab)) {
      failed ||= isFailed(run);
      yield run;
    }
  } finally {
    if (keeps(failed)) await onKept(lab.stage);
    else labs.give(lab);
  }
}

async function* runsOn(options: OnLab, turn: Turn, lab: StandingLab): AsyncGenerator<RunReport> {
  const { job, attempt } = turn;
  const [first, ...others] = job.scenarios;
  if (first === undefined) return;
  options.report({ kind: "LabUp", id: first.id, attempt, took: lab.took ?? milliseconds(0) });
  if (job.shared === undefined) {
    yield await runScenario({
      ...runOptions(options, turn, first, lab),
      labTook: lab.took,
      keeps: options.keeps,
    });
    return;
  }
  yield* runSuite(options, turn, [first, ...others], lab);
}

/** Set-up of a suite runs once before its scenarios, its teardown once behind them: each as a run of its own. */
async function* runSuite(
  options: OnLab,
  turn: Turn,
  scenarios: readonly ScenarioRun[],
  lab: StandingLab,
): AsyncGenerator<RunReport> {
  const [before, after] = suiteParts(turn.job);
  if (before === undefined || after === undefined) return;
  const standing: Standing = { programs: [], loads: [], begun: 0 };
  let failed = false;
  const told = (run: RunReport): RunReport => {
    failed ||= isFailed(run);
    return run;
  };
  try {
    const setup = await runScenario({
      ...runOptions(options, turn, before, lab),
      labTook: lab.took,
      standing,
      leaves: true,
    });
    yield told(setup);
    for (const run of scenarios) {
      if (options.stopped()) break;
      const absent = isFailed(setup) ? "the suite's set-up failed" : await options.lacking(run.spec.needs);
      if (absent !== undefined) yield unrun(options, turn, run, "Skipped", absent);
      else yield told(await runScenario({ ...runOptions(options, turn, run, lab), standing }));
    }
    if (options.keeps(failed)) await allOf(standing.programs.splice(0).map((each) => each.leave()));
    else if (after.spec.teardown.length > 0)
      yield await runScenario({ ...runOptions(options, turn, after, lab), standing });
  } finally {
    await allOf([...standing.loads, ...standing.programs].map((each) => each.stop()));
  }
}

function runOptions(
  options: SessionOptions,
  { job, attempt, seed }: Turn,
  run: ScenarioRun,
  lab: StandingLab,
): RunOptions {
  const { interaction = unattended, signal, report, lacking, jumpTo, reused } = options;
  const directory = options.directoryOf(run, attempt);
  return {
    run,
    job: job.name,
    attempt,
    seed,
    stage: lab.stage,
    labTook: null,
    interaction,
    signal,
    report,
    lacking,
    jumpTo,
    reused,
    repeat: options.repeatCommand(run, job, seed),
    directory,
    collect: options.collect,
    standing: { programs: [], loads: [], begun: 0 },
    leaves: false,
    keeps: () => false,
  };
}

/** A run that did not begin. */
function unrun(
  options: SessionOptions,
  { job, attempt, seed }: Turn,
  run: ScenarioRun,
  verdict: "Skipped" | "Error",
  reason: string,
): RunReport {
  return {
    id: run.id,
    description: run.spec.description ?? null,
    job: job.name,
    file: run.file,
    attempt,
    seed,
    verdict,
    reason,
    begunAt: options.clock.now(),
    took: milliseconds(0),
    labTook: null,
    network: drawn({ lab: "", topology: job.network.topology }),
    steps: [],
    faults: [],
    loads: [],
    artefacts: null,
    repeat: options.repeatCommand(run, job, seed),
  };
}
