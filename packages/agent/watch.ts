/**
 * Looks at instances and engines and tells the reporter: often while something is on its way, seldom when all is well.
 * Also wakes the converger when an instance that was up is not any more: its engine may have to be started again.
 */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { HostState, InstanceReport, NodeSystem } from "@netwright/contract";
import { readEngines, type EngineFacts } from "./engines.ts";
import { InstanceWatch } from "./instances.ts";
import { Waiter } from "./waiter.ts";

export interface Seen {
  readonly instances: readonly InstanceReport[];
  readonly engines: EngineFacts;
}

/** Pauses between two looks at instances: something is starting; all is settled. */
const eager = milliseconds(25);
const calm = milliseconds(500);
/** An instance that has not come up after this is looked at calmly. */
const patience = milliseconds(20_000);
/** Engines answer by programs that must be started: less often. */
const eagerEngines = milliseconds(100);
const calmEngines = milliseconds(5000);

export class Watch {
  #wakeEngines = true;
  readonly #system: NodeSystem;
  readonly #state: () => HostState | undefined;
  readonly #tell: (seen: Seen) => void;
  readonly #repair: () => void;
  readonly #waiter: Waiter;

  constructor(system: NodeSystem, state: () => HostState | undefined, tell: (seen: Seen) => void, repair: () => void) {
    this.#system = system;
    this.#state = state;
    this.#tell = tell;
    this.#repair = repair;
    this.#waiter = new Waiter(system.clock);
  }

  /** Something changed: look at everything now. */
  wake(): void {
    this.#wakeEngines = true;
    this.#waiter.wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#system;
    const instances = new InstanceWatch(this.#system);
    let engines: EngineFacts | undefined;
    let enginesDueAt = clock.monotonic();
    let unsettledSince: Milliseconds | undefined;
    let up: ReadonlySet<string> = new Set();
    while (!signal.aborted) {
      const state = this.#state();
      let pause = calm;
      if (state !== undefined) {
        const reports = await instances.look(state);
        if (engines === undefined || this.#wakeEngines || clock.monotonic() >= enginesDueAt) {
          this.#wakeEngines = false;
          engines = await readEngines(this.#system, state);
          enginesDueAt = milliseconds(
            clock.monotonic() + (enginesSettled(state, engines) ? calmEngines : eagerEngines),
          );
        }
        this.#tell({ instances: reports, engines });
        if (reports.some((report) => up.has(keyOf(report)) && report.phase !== "Ready")) this.#repair();
        up = new Set(reports.filter(({ phase }) => phase === "Ready").map(keyOf));
        const settled = reports.every(({ phase }) => phase === "Ready") && enginesSettled(state, engines);
        unsettledSince = settled ? undefined : (unsettledSince ?? clock.monotonic());
        const onItsWay = unsettledSince !== undefined && clock.monotonic() - unsettledSince < patience;
        pause = onItsWay ? eager : calm;
      }
      await this.#waiter.rest(pause, signal);
    }
  }
}

const keyOf = ({ project, id }: InstanceReport): string => `${project}/${id}`;

function enginesSettled({ bgp }: HostState, { sessions, announced }: EngineFacts): boolean {
  const everySession = bgp.neighbors.every(({ name }) =>
    sessions.some((session) => session.neighbor === name && session.state === "Established"),
  );
  const told = new Map(announced.map(({ prefix, neighbors }) => [prefix, neighbors.length]));
  return (
    everySession &&
    bgp.announce.every((prefix) => (told.get(prefix) ?? 0) > 0) &&
    announced.every(({ prefix }) => isWanted(bgp, prefix))
  );
}

const isWanted = ({ announce, loopbacks, pools }: HostState["bgp"], prefix: string): boolean =>
  [...announce, ...loopbacks, ...pools].some((known) => known === prefix) ||
  pools.some((pool) => prefix === `${pool.split("/")[0]}/128`);
