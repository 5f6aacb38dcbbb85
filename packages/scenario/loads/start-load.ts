/**
 * Starts the traffic of a load. Generators run at the node over its socket and send in open loop: at the rate, whatever
 * became of what was sent before. What they print is read as it comes.
 */
import type { Load } from "@netwright/api";
import { messageOf, milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import type { RunningCommand } from "@netwright/lab";
import type { LoadReport } from "../report/report.ts";
import { startAt, type Scene } from "../run/scene.ts";
import { generatorOf, type Generator } from "./generator.ts";
import { parseSettled } from "./generator-line.ts";
import { Requests } from "./requests.ts";
import type { LoadCounts, RunningLoad } from "./running-load.ts";
import { startCommandLoad } from "./command-load.ts";

/** Beside the time of its slowest request, a generator that was told to end has so long for it. */
const endGrace = milliseconds(10_000);
/** Node starts in a hundredth of that on an idle machine. */
const startLimit = milliseconds(60_000);

/**
 * Resolves when its first request has ended, well or not; a `command` has only been started then.
 * @throws NW1604 when the generator ends or says nothing before
 */
export async function startLoad(scene: Scene, load: Load, signal: AbortSignal): Promise<RunningLoad> {
  if (load.command !== undefined) return startCommandLoad(scene, load, load.command);
  const running = new GeneratedLoad(scene, load);
  try {
    await running.flows(signal);
    return running;
  } catch (error) {
    running.abandon();
    throw error;
  }
}

class GeneratedLoad implements RunningLoad {
  readonly name: string;
  readonly #scene: Scene;
  readonly #load: Load;
  readonly #generator: Generator;
  readonly #running: RunningCommand;
  readonly #requests = new Requests();
  readonly #startedAt: Milliseconds;
  /** When the generator said `ready`, which its times count from. */
  #readyAt: Milliseconds | undefined;
  #endedAt: Milliseconds | undefined;
  #rest = "";
  #complaints = "";
  #stopping: Promise<void> | undefined;

  constructor(scene: Scene, load: Load) {
    this.name = load.name;
    this.#scene = scene;
    this.#load = load;
    this.#startedAt = scene.elapsed();
    this.#generator = generatorOf(load, scene.stage.topology, scene.stage.loadGenerator);
    this.#running = startAt(
      scene,
      load.at,
      { argv: this.#generator.argv },
      {
        stdout: (chunk) => this.#read(String(chunk)),
        stderr: (chunk) => void (this.#complaints = (this.#complaints + String(chunk)).slice(-4096)),
      },
    );
    this.#running.exit.then(
      ({ code }) =>
        this.#ended(code === 0 ? undefined : `the generator ended with status ${code}: ${this.#complaints.trim()}`),
      (error: unknown) => this.#ended(messageOf(error)),
    );
  }

  async flows(signal: AbortSignal): Promise<void> {
    const { clock } = this.#scene.stage.context;
    const deadline = clock.monotonic() + startLimit + this.#load.timeout;
    while (this.#requests.count === 0 && this.#endedAt === undefined && clock.monotonic() < deadline)
      await clock.sleep(milliseconds(2), signal);
    if (this.#readyAt !== undefined && this.#requests.count > 0) return;
    const why = this.#complaints.trim() || (this.#endedAt === undefined ? "it does not begin" : "its generator ended");
    throw new NetwrightError("NW1604", `no load ${this.name} at ${this.#load.at}: ${why}`);
  }

  abandon(): void {
    this.#running.abandon();
  }

  async counts(since: Milliseconds, last: number | undefined, signal: AbortSignal): Promise<LoadCounts | undefined> {
    const { elapsed, stage } = this.#scene;
    const until = elapsed();
    const deadline = until + this.#load.timeout + endGrace;
    while (this.#endedAt === undefined && !this.#requests.isSettled(until)) {
      if (elapsed() >= deadline) return undefined;
      await stage.context.clock.sleep(milliseconds(5), signal);
    }
    // That a generator broke down counts, though it did so later.
    return this.#requests.counts(since, this.#endedAt === undefined ? until : Infinity, last);
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  report(from = milliseconds(0)): LoadReport {
    const at = milliseconds(Math.max(from, this.#readyAt ?? this.#startedAt));
    const until = milliseconds(Math.max(at, this.#endedAt ?? this.#scene.elapsed()));
    const report = this.#requests.report(at, until);
    return { name: this.name, description: this.#describe(until - at, report), ...report };
  }

  /** A machine that could not send at the rate is not passed off as one that did. */
  #describe(span: number, { succeeded, failed }: Pick<LoadReport, "succeeded" | "failed">): string {
    const wanted = Math.floor((Math.max(0, span - this.#load.timeout) * this.#load.rate) / 1000);
    const count = succeeded + failed;
    const { description } = this.#generator;
    return count >= 0.9 * wanted
      ? description
      : `${description} (${Math.round((count * 1000) / span)} a second were sent)`;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (/^ready\b/.test(line)) this.#readyAt ??= this.#scene.elapsed();
      if (this.#readyAt !== undefined) this.#readLine(line, this.#readyAt);
    }
  }

  #readLine(line: string, readyAt: Milliseconds): void {
    const settled = parseSettled(line);
    if (settled !== undefined) this.#requests.settle(milliseconds(readyAt + settled));
    const result = this.#generator.parse(line);
    if (result === undefined) return;
    const { at, took, failure } = result;
    const sent = milliseconds(readyAt + at);
    this.#requests.add({ at: sent, took: milliseconds(took), ...(failure === undefined ? {} : { failure }) });
  }

  /** What it did not live to tell has failed, and that is told once. */
  #ended(problem: string | undefined): void {
    this.#endedAt = this.#scene.elapsed();
    if (problem !== undefined) this.#requests.add({ at: this.#endedAt, took: milliseconds(0), failure: problem });
  }

  async #stop(): Promise<void> {
    if (this.#endedAt !== undefined) return;
    const { clock } = this.#scene.stage.context;
    this.#running.signal("SIGTERM");
    const patience = new AbortController();
    const late = clock.sleep(milliseconds(this.#load.timeout + endGrace), patience.signal).then(
      () => this.#running.abandon(),
      () => {},
    );
    await this.#running.exit.catch(() => {});
    patience.abort();
    await late;
  }
}
