/** What one step does, in its one order: heal, stop, faults, files, run, netwright, background, load, wait, pause, checks. */
import type { Action, Check, FieldPath } from "@netwright/api";
import { messageOf, milliseconds, NetwrightError, seconds, type Milliseconds } from "@netwright/base";
import { argvOf, printCommand } from "../checks/command.ts";
import { shown } from "../checks/expect-text.ts";
import type { Begun } from "../checks/look.ts";
import { checkKind } from "../checks/registry.ts";
import { startLoad } from "../loads/start-load.ts";
import {
  worst,
  type CheckReport,
  type CommandReport,
  type Place,
  type StepReport,
  type Verdict,
} from "../report/report.ts";
import { allOf, eachOf } from "./all-of.ts";
import { startBackground } from "./background.ts";
import { deadline } from "./deadline.ts";
import { FaultSkipped } from "./faults.ts";
import { runNemesis } from "./nemesis.ts";
import { placeFile } from "./place-files.ts";
import { runCheck } from "./run-check.ts";
import { runAt, worldOf, type Scene } from "./scene.ts";

export interface ActionRun {
  readonly action: Action;
  readonly scene: Scene;
  readonly signal: AbortSignal;
  /** Of a field of the step. */
  readonly place: (path: FieldPath) => Place;
  /** When it failed and that counts, while its faults and captures still are there. */
  readonly onBad: () => Promise<void>;
}

export type ActionReport = Pick<StepReport, "verdict" | "reason" | "commands" | "checks">;

const usualTimeout = seconds(60);
const usualWait = seconds(30);
const outputShown = 16_384;

/** Never throws: when its signal aborts, that is the reason of what it reports. */
export async function runAction(run: ActionRun): Promise<ActionReport> {
  const { action, scene, signal } = run;
  const limit = deadline(scene.stage.context.clock, action.timeout ?? usualTimeout, "the step");
  const doing = new Doing({ ...run, signal: AbortSignal.any([signal, limit.signal]) });
  let report = await doing.all().then(
    () => doing.report(),
    (error: unknown) => doing.report(signal.aborted ? signal.reason : (limit.over() ?? error)),
  );
  try {
    if (isBad({ ...report, mayFail: action.mayFail })) await run.onBad();
  } finally {
    // What it began and did not wait for, because something else failed.
    limit.end();
    await doing.end().catch((error: unknown) => {
      const reason = report.reason === null ? messageOf(error) : `${report.reason}; ${messageOf(error)}`;
      report = { ...report, verdict: "Error", reason };
    });
  }
  return report;
}

/** True when it counts against the run. */
export const isBad = ({ verdict, mayFail }: Pick<StepReport, "verdict" | "mayFail">): boolean =>
  !mayFail && (verdict === "Failed" || verdict === "Error");

class Doing {
  readonly #run: ActionRun;
  readonly #commands: CommandReport[] = [];
  readonly #checks: CheckReport[] = [];
  readonly #begun = new Map<Check, Begun>();
  readonly #ends: (() => Promise<void>)[] = [];

  constructor(run: ActionRun) {
    this.#run = run;
  }

  async all(): Promise<void> {
    const { action, scene, signal } = this.#run;
    signal.throwIfAborted();
    if (action.heal) await scene.faults.heal();
    await this.#stop(action.stop);
    await this.#beginChecks();
    await this.#beginFaults();
    const run = (node: string, command: Parameters<typeof runAt>[2]) =>
      runAt(scene, node, command, { timeout: milliseconds(2 ** 31 - 1), signal });
    for (const file of action.files) await placeFile(file, scene.directory, run);
    await this.#commandsOf();
    if (action.netwright !== undefined) await this.#netwright(action.netwright);
    this.#startPrograms();
    for (const load of action.load) scene.loads.push(await startLoad(scene, load, signal));
    await this.#waits();
    if (action.pause !== undefined) await scene.stage.context.clock.sleep(action.pause, signal);
    await this.#look(action.checks, "checks");
  }

  end(): Promise<void> {
    return eachOf([...this.#ends.toReversed(), ...[...this.#begun.values()].map((begun) => () => begun.end())]);
  }

  report(error?: unknown): ActionReport {
    const commands = this.#commands;
    const checks = this.#checks;
    if (error instanceof FaultSkipped) return { verdict: "Skipped", reason: messageOf(error), commands, checks };
    const bad = checks.find(({ verdict }) => verdict !== "Passed");
    const reason = error !== undefined ? messageOf(error) : bad === undefined ? null : `${bad.name}: ${bad.seen}`;
    const own: readonly Verdict[] = error === undefined ? [] : [error instanceof StepFailed ? "Failed" : "Error"];
    return { verdict: worst([...own, ...checks.map(({ verdict }) => verdict)]), reason, commands, checks };
  }

  async #stop(names: readonly string[]): Promise<void> {
    const { programs, loads } = this.#run.scene;
    const stopping = [...programs, ...loads].filter(({ name }) => names.includes(name));
    await allOf(stopping.map((each) => each.stop()));
  }

  async #beginChecks(): Promise<void> {
    const { action, scene, signal } = this.#run;
    for (const check of action.checks) {
      const { capture } = check;
      if (capture === undefined) continue;
      const limit = { timeout: seconds(10), signal };
      const begun = await checkKind("capture").begin?.(capture, worldOf(scene), limit);
      if (begun !== undefined) this.#begun.set(check, begun);
    }
  }

  async #beginFaults(): Promise<void> {
    const { action, scene } = this.#run;
    for (const fault of action.faults) {
      const end = await scene.faults.begin(fault);
      if (!action.keepFaults) this.#ends.push(end);
    }
    if (action.nemesis !== undefined) runNemesis(scene, action.nemesis);
  }

  async #commandsOf(): Promise<void> {
    const { action } = this.#run;
    const { run } = action;
    if (run === undefined) return;
    const many = typeof run !== "string" && Array.isArray(run[0]);
    const commands = many ? (run as readonly (readonly string[])[]) : [run as string | readonly string[]];
    for (const command of commands) await allOf(nodesOf(action.at).map((node) => this.#command(node, command)));
  }

  async #command(node: string, command: string | readonly string[]): Promise<void> {
    const { scene, signal } = this.#run;
    const limit = { timeout: milliseconds(2 ** 31 - 1), signal };
    this.#keep(
      node,
      printCommand(command),
      await timed(scene, () => runAt(scene, node, { argv: argvOf(command) }, limit)),
    );
  }

  async #netwright(args: readonly string[]): Promise<void> {
    const { scene, signal } = this.#run;
    const limit = { timeout: seconds(600), signal };
    const command = [...scene.stage.netwright, ...args] as const;
    const world = worldOf(scene);
    const done = await timed(scene, () => world.runHere([...command] as [string, ...string[]], limit));
    this.#keep("netwright", `netwright ${args.join(" ")}`, done);
  }

  /** @throws StepFailed when its exit status is not 0. */
  #keep(node: string, command: string, done: Timed): void {
    const { code, stdout, stderr, took } = done;
    this.#commands.push({
      node,
      command,
      code,
      stdout: stdout.slice(0, outputShown),
      stderr: stderr.slice(0, outputShown),
      took,
    });
    if (code === 0) return;
    const said = (stderr.trim() === "" ? stdout : stderr).trim();
    const line = command.trim().split("\n")[0] ?? "";
    throw new StepFailed(`${node}: ${line}: exit status ${code}${said === "" ? "" : `: ${shown(said.slice(-300))}`}`);
  }

  #startPrograms(): void {
    const { action, scene } = this.#run;
    for (const { name, at, run, mayEnd } of action.background) {
      for (const node of nodesOf(at ?? action.at)) {
        const common = { name, node, argv: argvOf(run), command: printCommand(run), env: scene.env, mayEnd };
        const start = { ...common, startedAt: scene.elapsed() };
        scene.programs.push(startBackground(scene.stage.paths, scene.stage.context.clock, start));
      }
    }
  }

  async #waits(): Promise<void> {
    const { action } = this.#run;
    const patient = action.wait.map((check) => ({ ...check, eventually: check.eventually ?? usualWait }));
    for (const [index, check] of patient.entries()) {
      await this.#look([check], "wait", index);
      const last = this.#checks.at(-1);
      if (last !== undefined && last.verdict !== "Passed")
        throw new StepFailed(`waited in vain: ${last.name}: ${last.seen}`);
    }
  }

  async #look(checks: readonly Check[], field: "wait" | "checks", first = 0): Promise<void> {
    const { action, scene, signal, place } = this.#run;
    for (const [index, check] of checks.entries()) {
      const report = await runCheck({
        check,
        at: action.at,
        world: worldOf(scene),
        begun: this.#begun.get(action.checks[index] ?? check),
        signal,
        source: place([field, first + index]),
        elapsed: scene.elapsed,
      });
      this.#checks.push(report);
    }
  }
}

/** Something that the scenario itself asks for did not happen. */
class StepFailed extends NetwrightError {
  constructor(message: string) {
    super("NW1751", message);
  }
}

interface Timed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly took: Milliseconds;
}

async function timed(scene: Scene, work: () => Promise<Omit<Timed, "took">>): Promise<Timed> {
  const begun = scene.elapsed();
  return { ...(await work()), took: milliseconds(scene.elapsed() - begun) };
}

const nodesOf = (at: Action["at"]): readonly string[] => (at === undefined ? [] : typeof at === "string" ? [at] : at);
