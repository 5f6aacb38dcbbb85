/** One scenario on a lab that stands: set-up, steps, teardown; whatever happens, what it began ends. */
import { basename, dirname, resolve } from "node:path";
import { messageOf, milliseconds, seconds, type Milliseconds } from "@netwright/base";
import { beginFault } from "@netwright/lab";
import type { ScenarioRun } from "../load/job.ts";
import { addressesOf } from "../load/network.ts";
import {
  worst,
  type DrawnNetwork,
  type RunReport,
  type StepReport,
  type TestEvent,
  type Verdict,
} from "../report/report.ts";
import type { RunningLoad } from "../loads/running-load.ts";
import { seenLater } from "../loads/seen-later.ts";
import type { BackgroundProgram } from "./background.ts";
import type { Failure } from "../artefacts/collect.ts";
import { snapshot, type Snapshot } from "../artefacts/snapshot.ts";
import { allOf, eachOf } from "./all-of.ts";
import { deadline } from "./deadline.ts";
import { ActiveFaults, type Vain } from "./faults.ts";
import type { Interaction } from "./interaction.ts";
import { placeFile } from "./place-files.ts";
import { isBad } from "./run-action.ts";
import { runSteps, type StepsRun } from "./run-steps.ts";
import { runAt, sceneEnvironment, since, type Scene, type Stage } from "./scene.ts";

export interface RunOptions {
  readonly run: ScenarioRun;
  readonly job: string;
  readonly attempt: number;
  readonly seed: number;
  readonly stage: Stage;
  readonly labTook: Milliseconds | null;
  readonly interaction: Interaction;
  readonly signal: AbortSignal;
  readonly report: (event: TestEvent) => void;
  readonly lacking: (needs: readonly string[]) => Promise<string | undefined>;
  readonly jumpTo: string | undefined;
  /** Set-up was done by an earlier run on this lab. */
  readonly reused: boolean;
  readonly repeat: string;
  /** Where evidence and artefacts of this run go; made when there is something to write. */
  readonly directory: string;
  /** Collects what helps to understand a failure. @returns the directory; called while the lab still is as it failed. */
  readonly collect: (failure: Failure) => Promise<string | null>;
  readonly standing: Standing;
  /** What it starts is for the runs behind it. */
  readonly leaves: boolean;
  /** Whether its lab stays up as it is, without teardown and with what the set-up started. */
  readonly keeps: (failed: boolean) => boolean;
}

/** What the set-up of a suite started: it runs until the suite ends. */
export interface Standing {
  readonly programs: BackgroundProgram[];
  readonly loads: RunningLoad[];
  /** When the set-up's run began, of the monotonic clock: times of its loads count from there. */
  begun: number;
}

const usualTimeout = seconds(300);
const teardownTimeout = seconds(60);

/** Never throws, the session's own end aside. */
export async function runScenario(options: RunOptions): Promise<RunReport> {
  const { run, attempt, stage, signal, report } = options;
  const { clock } = stage.context;
  const begunAt = clock.now();
  const scene = sceneOf(options);
  const patient = options.interaction.attended(run);
  const limit = deadline(clock, patient ? undefined : (run.spec.timeout ?? usualTimeout), "the scenario");
  report({ kind: "RunBegan", id: run.id, attempt });
  const steps: StepReport[] = [];
  let reason: string | null = null;
  let verdict: Verdict | undefined;
  let artefacts: string | null = null;
  // Once: what happens after the first failure may be its consequence.
  let collecting: Promise<string | null> | undefined;
  let uncollected: string | undefined;
  const onBad = async (before: Snapshot | undefined): Promise<void> => {
    if (signal.aborted) return;
    collecting ??= options.collect({ scene, before, directory: options.directory });
    artefacts = await collecting.catch((error: unknown) => {
      uncollected = `what helps to understand it could not be collected: ${messageOf(error)}`;
      return null;
    });
  };
  try {
    const timed = AbortSignal.any([signal, limit.signal]);
    reason = await perform({ ...options, signal: timed }, scene, steps, onBad);
    if (reason !== null) verdict = "Failed";
  } catch (error) {
    if (signal.aborted) throw error;
    verdict = "Error";
    reason = messageOf(error);
  } finally {
    limit.end();
    await endScene(scene, options).catch((error: unknown) => {
      verdict = "Error";
      reason ??= messageOf(error);
    });
  }
  const counted = worst(steps.filter(({ mayFail }) => !mayFail).map((step) => step.verdict));
  const vain = verdict === undefined && (counted === "Passed" || counted === "Skipped") ? worstVain(scene) : undefined;
  return {
    id: run.id,
    description: run.spec.description ?? null,
    job: options.job,
    file: run.file,
    attempt,
    seed: options.seed,
    verdict: verdict ?? vain?.verdict ?? counted,
    reason:
      [reason ?? vain?.reason ?? reasonOf(steps), uncollected]
        .filter((each) => each !== undefined && each !== null)
        .join("; ") || null,
    begunAt,
    took: scene.elapsed(),
    labTook: options.labTook,
    network: drawn(stage),
    steps,
    faults: scene.faults.reports,
    loads: scene.loads.map((load) => load.report()),
    artefacts,
    repeat: options.repeat,
  };
}

/** @returns why it was not whole, beside what steps say. */
async function perform(
  options: RunOptions,
  scene: Scene,
  steps: StepReport[],
  onBad: (before: Snapshot | undefined) => Promise<void>,
): Promise<string | null> {
  const { run, attempt, report, interaction, lacking, jumpTo } = options;
  const common = (signal: AbortSignal): Omit<StepsRun, "phase" | "run" | "broken"> => ({
    scene,
    signal,
    interaction,
    lacking,
    jumpTo,
    onBegin: (name, phase) => report({ kind: "StepBegan", id: run.id, attempt, name, phase }),
    onEnd: (step) => report({ kind: "StepEnded", id: run.id, attempt, step }),
    keep: (step) => void steps.push(step),
    onBad: () => onBad(before),
  });
  const files = (node: string, command: Parameters<typeof runAt>[2]) =>
    runAt(scene, node, command, { timeout: seconds(60), signal: options.signal });
  let current = run;
  let broken: string | undefined;
  let before: Snapshot | undefined;
  let problem: string | null = null;
  const main = async (): Promise<string | null> => {
    if (!options.reused) {
      for (const file of run.spec.files) await placeFile(file, scene.directory, files);
      const setup = await runSteps({ ...common(options.signal), phase: "Setup", run, broken });
      ({ broken, run: current } = setup);
      scene.ofSetup = scene.programs.length;
      if (setup.quit) return "ended by hand";
    }
    if (broken === undefined) before = await snapshot(scene.stage, options.signal);
    const ended = await runSteps({ ...common(options.signal), phase: "Steps", run: current, broken });
    current = ended.run;
    if (ended.quit) return "ended by hand";
    const gone = programsProblem(scene);
    if (gone !== null) await onBad(before);
    return gone;
  };
  // Whatever becomes of the rest, and with time of its own.
  const teardown = async (): Promise<void> => {
    const limit = deadline(scene.stage.context.clock, teardownTimeout, "the teardown");
    const phase = { ...common(limit.signal), phase: "Teardown", run: current, broken: undefined } as const;
    await runSteps(phase).finally(() => limit.end());
  };
  let failed = false;
  await eachOf([
    async () => {
      problem = await main().catch(async (error: unknown) => {
        failed = true;
        await onBad(before);
        throw error;
      });
    },
    () => scene.faults.heal(),
    async () => {
      if (options.keeps(failed || problem !== null || steps.some(isBad))) await leaveRunning(scene);
      else await teardown();
    },
  ]);
  return problem;
}

function programsProblem({ programs, faults }: Scene): string | null {
  const gone = programs.find((program) => {
    const exit = program.ended();
    if (exit === undefined || program.mayEnd || program.stopped) return false;
    // A fault at its node may have killed it; nothing else may.
    return exit.signal === null || !faults.reports.some(({ on }) => on.includes(program.node));
  });
  if (gone === undefined) return null;
  const last = gone.output().trim().split("\n").at(-1) ?? "";
  return `${gone.name} at ${gone.node} ended by itself with status ${gone.ended()?.code}: ${last}`;
}

function sceneOf({ run, stage, seed, directory, standing, leaves }: RunOptions): Scene {
  const { clock } = stage.context;
  const begun = clock.monotonic();
  if (leaves) standing.begun = begun;
  const elapsed = since(clock, begun);
  return {
    stage,
    seed,
    directory: resolve(dirname(run.file)),
    env: { ...sceneEnvironment(stage, seed), NETWRIGHT_SCENARIO: run.id },
    programs: [...standing.programs],
    loads: standing.loads.map((load) => seenLater(load, milliseconds(begun - standing.begun))),
    faults: new ActiveFaults((fault) => beginFault(stage.context, stage.lab, fault, { seed }), elapsed),
    begun: new Map(),
    ofSetup: 0,
    elapsed,
    evidencePath: (name) => `${directory}/${basename(name)}`,
  };
}

/** What the set-up started is there for whoever uses the lab again; what steps start they start again. */
async function leaveRunning({ programs, ofSetup }: Scene): Promise<void> {
  await allOf(programs.splice(0, ofSetup).map((each) => each.leave()));
}

async function endScene({ faults, loads, programs }: Scene, { standing, leaves }: RunOptions): Promise<void> {
  // Before them stand those that the suite's set-up had started.
  const own = { loads: loads.slice(standing.loads.length), programs: programs.slice(standing.programs.length) };
  if (leaves) {
    standing.programs.push(...own.programs);
    standing.loads.push(...own.loads);
  }
  const ending = leaves ? [] : [...own.loads, ...own.programs];
  await eachOf([() => faults.heal(), () => allOf(ending.map((each) => each.stop()))]);
}

function worstVain({ faults }: Scene): Vain | undefined {
  return faults.vain.find(({ verdict }) => verdict === "Error") ?? faults.vain[0];
}

function reasonOf(steps: readonly StepReport[]): string | null {
  const bad = steps.find(isBad) ?? steps.find(({ verdict, reason }) => verdict === "Skipped" && reason !== null);
  return bad === undefined ? null : `${bad.name}: ${bad.reason}`;
}

export const drawn = ({ lab, topology }: Pick<Stage, "lab" | "topology">): DrawnNetwork => ({
  lab,
  nodes: topology.nodes.map(({ name, role, ports }) => ({
    name,
    role,
    addresses: ports.flatMap(addressesOf),
  })),
  links: topology.links.map(({ name, ends: [a, b] }) => ({
    name,
    ends: [`${a.node}:${a.interface}`, `${b.node}:${b.interface}`],
  })),
});
