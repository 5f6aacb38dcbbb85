/** Labs for runs: built fresh, one ahead of need, removed behind the scenes. Nothing of a run is left for the next. */
import type { Client } from "@netwright/api";
import { milliseconds, type Milliseconds } from "@netwright/base";
import { down, findLab, labPaths, up, type LabContext, type LabPrograms, type LabRecord } from "@netwright/lab";
import type { Job } from "../load/job.ts";
import type { Stage } from "./scene.ts";

export interface LabsOptions {
  readonly context: LabContext;
  readonly programs: LabPrograms;
  /** The netwright command. */
  readonly netwright: readonly [string, ...string[]];
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
  readonly #removing = new Set<Promise<unknown>>();
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

  /** @throws NW1703 and others when it cannot be built. */
  async take(job: Job): Promise<StandingLab> {
    const ahead = this.#ahead.get(job);
    this.#ahead.delete(job);
    return ahead ?? this.#build(job);
  }

  /** Returns at once; `end` waits for it. */
  give({ stage, took }: StandingLab): void {
    if (took !== null) this.#remove(stage.lab);
  }

  /** Resolves when every lab that was not kept is gone. */
  async end(): Promise<void> {
    for (const building of this.#ahead.values()) await building.then((lab) => this.give(lab)).catch(() => {});
    this.#ahead.clear();
    await Promise.all(this.#removing);
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
    const removing = down(this.#options.context, { name }).finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  #stage({ name, topology, programs }: LabRecord): Stage {
    const { context, netwright, connect } = this.#options;
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
      client: async () => (served ? await (client ??= connect(paths.socket, paths.token)) : undefined),
    };
  }
}
