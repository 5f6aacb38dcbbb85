/**
 * Looks at instances and engines and tells the reporter: often while something is on its way, seldom when all is well.
 * Each at its own pace: an instance that comes up is not noticed later because engines take long to answer.
 * Also wakes the converger when an instance that was up is not any more, or a resolver has ended: its engine may have to be started again.
 */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { HostState, InstanceReport, NodeSystem, VolumeUsage } from "@netwright/contract";
import { hasEnded } from "@netwright/drivers/resolver-unbound/index.ts";
import { readVolumes } from "@netwright/drivers/volumes-ext4/index.ts";
import { EngineWatch, type EnginesSeen } from "./engine-watch.ts";
import { InstanceWatch, type FindImage } from "./instances.ts";
import { VolumeWatch } from "./volume-watch.ts";
import { Waiter } from "./waiter.ts";

export interface Seen extends EnginesSeen {
  /** Ids of the volumes that are on this node. */
  readonly volumes: readonly string[];
  readonly volumeUsage: readonly VolumeUsage[];
  readonly instances: readonly InstanceReport[];
}

/** Pauses between two looks at instances: something is starting; all is settled; there is none. */
const eager = milliseconds(25);
const calm = milliseconds(500);
const idle = milliseconds(5000);
/** An instance that has not come up after this is looked at calmly. */
const patience = milliseconds(20_000);

export class Watch {
  #unsettledSince: Milliseconds | undefined;
  #up: ReadonlySet<string> = new Set();
  /** Undefined until the first look. */
  #instancesSeen: readonly InstanceReport[] | undefined;
  #volumesSeen: Pick<Seen, "volumes" | "volumeUsage"> = { volumes: [], volumeUsage: [] };
  #enginesSeen: EnginesSeen | undefined;
  readonly #instances: InstanceWatch;
  readonly #engines: EngineWatch;
  readonly #volumes: VolumeWatch;
  readonly #system: NodeSystem;
  readonly #state: () => HostState | undefined;
  readonly #tell: (seen: Seen) => void;
  readonly #repair: () => void;
  readonly #waiter: Waiter;

  constructor(
    system: NodeSystem,
    state: () => HostState | undefined,
    findImage: FindImage,
    tell: (seen: Seen) => void,
    repair: () => void,
  ) {
    this.#system = system;
    this.#state = state;
    this.#tell = tell;
    this.#repair = repair;
    this.#waiter = new Waiter(system.clock);
    this.#instances = new InstanceWatch(system, findImage, () => this.#waiter.wake());
    this.#volumes = new VolumeWatch(system);
    this.#engines = new EngineWatch(system, state, (seen) => {
      this.#enginesSeen = seen;
      this.#tellAll();
    });
  }

  /** Something changed: look at instances and engines now. */
  wake(): void {
    this.#waiter.wake();
    this.#engines.wake();
  }

  /** Look at engines once now, and go on as before. */
  glance(): void {
    this.#engines.glance();
  }

  /** A round changed networks or their firewalls: count anew. */
  wakeNetworks(): void {
    this.#waiter.wake();
    this.#engines.wakeNetworks();
  }

  /** Until the signal aborts, somebody waits for denied flows: they are looked at often. */
  attendFlows(signal: AbortSignal): Promise<void> {
    return this.#engines.attendFlows(signal);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#engines.run(signal), this.#runInstances(signal)]);
  }

  async #runInstances(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const state = this.#state();
      await this.#waiter.rest(state === undefined ? idle : await this.#look(state), signal);
    }
  }

  /** @returns how long to rest before the next look */
  async #look(state: HostState): Promise<Milliseconds> {
    const { clock } = this.#system;
    const started = clock.monotonic();
    const instances = await this.#instances.look(state);
    const volumes = await readVolumes(this.#system);
    this.#volumesSeen = { volumes, volumeUsage: await this.#volumes.look(volumes, state, instances) };
    this.#instancesSeen = instances;
    this.#tellAll();
    if (
      (await hasEnded(this.#system, state)) ||
      instances.some((report) => this.#up.has(keyOf(report)) && report.phase !== "Ready")
    )
      this.#repair();
    this.#up = new Set(instances.filter(({ phase }) => phase === "Ready").map(keyOf));
    if (instances.length === 0) return idle;
    const settled = instances.every(({ phase }) => phase === "Ready");
    const now = clock.monotonic();
    this.#unsettledSince = settled ? undefined : (this.#unsettledSince ?? now);
    const onItsWay = this.#unsettledSince !== undefined && now - this.#unsettledSince < patience;
    // Looking must leave most of the time to what is looked at.
    const least = milliseconds(Math.max(eager, 2 * (now - started)));
    return onItsWay ? least : milliseconds(Math.max(least, Math.min(calm, this.#shortest(state))));
  }

  /** Whether an instance listens is looked at as often as the most impatient one asks for; so is who is to be asked. */
  #shortest({ networks }: HostState): Milliseconds {
    const intervals = networks.flatMap(({ workloads }) => workloads.flatMap(({ health }) => health?.interval ?? []));
    return milliseconds(Math.min(calm, this.#instances.untilNextCheck ?? calm, ...intervals));
  }

  #tellAll(): void {
    if (this.#instancesSeen === undefined || this.#enginesSeen === undefined) return;
    this.#tell({ ...this.#enginesSeen, instances: this.#instancesSeen, ...this.#volumesSeen });
  }
}

const keyOf = ({ project, id }: InstanceReport): string => `${project}/${id}`;
