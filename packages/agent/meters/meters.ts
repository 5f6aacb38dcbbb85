/**
 * Measures every second, and tells the server at once. What it cannot tell is lost: a second that was missed is a gap there,
 * and nothing is kept here that could grow.
 */
import { messageOf, milliseconds, type Log, type Milliseconds } from "@netwright/base";
import type { Driver, HostState, InstanceReport, KernelFiles, MetricsReport, NodeSystem } from "@netwright/contract";
import { driversFor, listenerMeter, type ListenerMeter } from "@netwright/drivers";
import { containerMeter, containerOf, readHierarchies } from "@netwright/drivers/runtime-crun/index.ts";
import { collect, type Subjects } from "./collect.ts";
import { Counters } from "./counters.ts";

export interface MetersOptions {
  readonly system: NodeSystem;
  readonly files: KernelFiles;
  readonly drivers: readonly Driver[];
  readonly log: Log;
  readonly state: () => HostState | undefined;
  readonly instances: () => readonly InstanceReport[];
  readonly send: (report: MetricsReport, signal: AbortSignal) => Promise<void>;
}

const second = milliseconds(1000);
/** A server that takes longer has lost this second. */
const patience = 3000;

export class Meters {
  #subjects: Subjects | undefined;
  #delivered = true;
  readonly #counters = new Counters();
  readonly #options: MetersOptions;
  /** Of the load balancer's driver, by its name. */
  #listeners: { readonly driver: string; readonly meter: ListenerMeter | undefined } | undefined;

  constructor(options: MetersOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.system;
    let due = clock.monotonic();
    while (!signal.aborted) {
      await this.#measure(signal);
      // Seconds that passed meanwhile are left out: the next look covers them.
      due = nextTick(due, clock.monotonic());
      await clock.sleep(milliseconds(due - clock.monotonic()), signal).catch(() => {});
    }
    this.#listeners?.meter?.close();
  }

  async #measure(signal: AbortSignal): Promise<void> {
    const { state, log, send } = this.#options;
    const current = state();
    if (current === undefined || current.role !== "Host") return;
    try {
      const report = await this.look(current);
      await send(report, AbortSignal.any([signal, AbortSignal.timeout(patience)]));
      this.#delivered = true;
    } catch (error) {
      // Once for every time that it begins.
      if (this.#delivered && !signal.aborted) log.warn("metrics are not delivered", { error: messageOf(error) });
      this.#delivered = false;
    }
  }

  #listenersOf(state: HostState): ListenerMeter | undefined {
    const { drivers, system } = this.#options;
    const driver = driversFor(drivers, state).find(({ slot }) => slot === "loadBalancer")?.name ?? "";
    if (this.#listeners?.driver !== driver) {
      this.#listeners?.meter?.close();
      this.#listeners = { driver, meter: listenerMeter(driver, system) };
    }
    return this.#listeners.meter;
  }

  async look(state: HostState): Promise<MetricsReport> {
    const { system, files, instances } = this.#options;
    if (this.#subjects?.state !== state) this.#subjects = await subjectsOf(system, state);
    return collect({
      system,
      files,
      subjects: this.#subjects,
      instances: instances(),
      listeners: this.#listenersOf(state),
      counters: this.#counters,
      now: () => system.clock.monotonic(),
    });
  }
}

/** The first whole second after `due` that is still to come. */
export const nextTick = (due: Milliseconds, now: Milliseconds): Milliseconds =>
  milliseconds(due + second * Math.max(1, Math.ceil((now - due) / second)));

/** Names of groups are digests of what runs: they are made once per state. */
async function subjectsOf({ files, paths }: NodeSystem, state: HostState): Promise<Subjects> {
  const hierarchies = await readHierarchies(files);
  const workloads = state.networks.flatMap(({ project, workloads: here }) =>
    here.map((workload) => ({ project, workload })),
  );
  return {
    state,
    containers: workloads.flatMap(({ project, workload }) => {
      const instance = containerOf({ project }, workload);
      if (instance === undefined) return [];
      return [{ project, workload, run: instance.run, meter: containerMeter(instance, hierarchies, paths) }];
    }),
    proxies: workloads.flatMap(({ project, workload: { id, run } }) => (run.kind === "Proxy" ? [{ project, id }] : [])),
  };
}
