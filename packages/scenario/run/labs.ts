/** Labs for runs: built fresh, one ahead of need, removed behind the scenes. Nothing of a run is left for the next. */
import type { Client } from "@netwright/api";
import { messageOf, milliseconds, NetwrightError, type Milliseconds } from "@netwright/base";
import { down, findLab, labPaths, up, type LabContext, type LabPrograms, type LabRecord } from "@netwright/lab";
import type { Job } from "../load/job.ts";
import type { Stage } from "./scene.ts";

export interface LabsOptions {
  readonly context: LabContext;
  readonly programs: LabPrograms;
  /** The netwright command. */
  readonly netwright: readonly [string, ...string[]];
  /** The program that sends a load's requests of HTTP. */
  readonly loadGenerator: readonly [string, ...string[]];
  /** Unique on this machine: its labs are called so, with a number. */
  readonly session: string;
  readonly signal: AbortSignal;
  /** A client of the server behind a socket. */
  readonly connect: (socket: string, tokenPath: string) => Promise<Client>;
}

export interface StandingLab {
  readonly stage: Stage;
  /** Null for one that stood already. */
  readonly took: Milliseconds | null;
}

export class Labs {
  readonly #options: LabsOptions;
  readonly #ahead = new Map<Job, Promise<StandingLab>>();
  readonly #removing = new Set<Promise<void>>();
  readonly #problems: string[] = [];
  /** Of labs that stood already, by name: when the last run that asked for it gives it back. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #releases = new Map<StandingLab, () => void>();
  #count = 0;

  constructor(options: LabsOptions) {
    this.#options = options;
  }

  /** Begins to build what will be wanted soon. */
  prepare(job: Job): void {
    if (job.network.kind === "Running" || this.#ahead.has(job)) return;
    const building = this.#build(job);
    // Whoever takes it hears of it.
    building.catch(() => {});
    this.#ahead.set(job, building);
  }

  /** One that stood already has one run at a time. @throws NW1703 and others when it cannot be built. */
  async take(job: Job): Promise<StandingLab> {
    if (job.network.kind === "Running") return this.#takeRunning(job, job.network.name);
    const ahead = this.#ahead.get(job);
    this.#ahead.delete(job);
    return ahead ?? this.#build(job);
  }

  /** Returns at once; `end` waits for it. */
  give(lab: StandingLab): void {
    this.#releases.get(lab)?.();
    this.#releases.delete(lab);
    if (lab.took !== null) this.#remove(lab.stage.lab);
  }

  /** Resolves when every lab that was not kept is gone. @throws NW1703 with those that could not be removed. */
  async end(): Promise<void> {
    while (this.#ahead.size > 0 || this.#removing.size > 0) {
      const ahead = [...this.#ahead.values()];
      this.#ahead.clear();
      await Promise.allSettled(ahead.map((building) => building.then((lab) => this.give(lab))));
      await Promise.all(this.#removing);
    }
    const problems = this.#problems.splice(0);
    if (problems.length > 0) throw new NetwrightError("NW1703", `labs were not removed: ${problems.join("; ")}`);
  }

  async #takeRunning(job: Job, name: string): Promise<StandingLab> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#queues.get(name);
    this.#queues.set(name, before === undefined ? promise : before.then(() => promise));
    await before;
    try {
      const lab = await this.#build(job);
      this.#releases.set(lab, resolve);
      return lab;
    } catch (error) {
      resolve();
      throw error;
    }
  }

  async #build({ network }: Job): Promise<StandingLab> {
    const { context, programs, session, signal } = this.#options;
    if (network.kind === "Running") {
      const { record } = await findLab(context, network.name);
      return { stage: this.#stage(record), took: null };
    }
    const name = `${session}-${++this.#count}`;
    const begun = context.clock.monotonic();
    try {
      const { record } = await up(context, { name, manifest: network.lab, programs, signal });
      return { stage: this.#stage(record), took: milliseconds(context.clock.monotonic() - begun) };
    } catch (error) {
      this.#remove(name);
      throw error;
    }
  }

  #remove(name: string): void {
    const removing = down(this.#options.context, { name })
      .then(
        () => undefined,
        (error: unknown) => void this.#problems.push(`${name}: ${messageOf(error)}`),
      )
      .finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  #stage({ name, topology, programs }: LabRecord): Stage {
    const { context, netwright, loadGenerator, connect } = this.#options;
    const paths = labPaths(name);
    const served = topology.nodes.some(({ role }) => role === "Control");
    let client: Promise<Client> | undefined;
    return {
      context,
      lab: name,
      paths,
      topology,
      programs,
      netwright,
      loadGenerator,
      client: async () => (served ? await (client ??= connect(paths.socket, paths.token)) : undefined),
    };
  }
}
