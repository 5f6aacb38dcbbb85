/**
 * Looks at instances and engines and tells the reporter: often while something is on its way, seldom when all is well.
 * Also wakes the converger when an instance that was up is not any more: its engine may have to be started again.
 */
import { once } from "node:events";
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { HostState, InstanceReport, NodeReport, NodeSystem, Problem } from "@netwright/contract";
import { readEngines, readNetworks, type EngineFacts } from "./engines.ts";
import { InstanceWatch } from "./instances.ts";
import { readServiceRoutes, type ServiceRoutes } from "./service-routes.ts";
import { Waiter } from "./waiter.ts";

export interface Seen extends EngineFacts, Pick<NodeReport, "routes"> {
  readonly instances: readonly InstanceReport[];
  readonly networks: NodeReport["networks"];
  /** What no round can put right. */
  readonly obstacles: readonly Problem[];
}

/** Pauses between two looks at instances: something is starting; all is settled. */
const eager = milliseconds(25);
const calm = milliseconds(500);
/** An instance that has not come up after this is looked at calmly. */
const patience = milliseconds(20_000);
/** What is told over BGP follows what woke us soon, less likely later: looks at it come at growing distance, up to calm. */
const firstEcho = milliseconds(25);
const calmEngines = milliseconds(5000);
const unsettledEngines = milliseconds(200);

export class Watch {
  /** Until the next look, while all is settled: grows with each. */
  #echo: Milliseconds = firstEcho;
  #enginesDueAt = 0;
  #networksDueAt = 0;
  #unsettledSince: Milliseconds | undefined;
  #up: ReadonlySet<string> = new Set();
  #engines: EngineFacts = { sessions: [], announced: [] };
  #networks: NodeReport["networks"] = [];
  #routes: ServiceRoutes = { told: {}, outranked: [] };
  /** How many want to hear of denied flows soon. */
  #attending = 0;
  /** Rules may be others than those in `#networks`. */
  #rulesChanged = true;
  readonly #instances: InstanceWatch;
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
    this.#instances = new InstanceWatch(system);
  }

  /** Something changed: look at instances and engines now. */
  wake(): void {
    this.#echo = firstEcho;
    this.#enginesDueAt = 0;
    this.#waiter.wake();
  }

  /** Look once now, and go on as before. */
  glance(): void {
    this.#enginesDueAt = 0;
    this.#waiter.wake();
  }

  /** A round changed networks or their firewalls: count anew. */
  wakeNetworks(): void {
    this.#rulesChanged = true;
    this.#networksDueAt = 0;
    this.wake();
  }

  /** Until the signal aborts, somebody waits for denied flows: they are looked at as often as instances. */
  async attendFlows(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#attending += 1;
    this.#networksDueAt = 0;
    this.#waiter.wake();
    await once(signal, "abort");
    this.#attending -= 1;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const state = this.#state();
      await this.#waiter.rest(state === undefined ? calm : await this.#look(state), signal);
    }
  }

  /** @returns how long to rest before the next look */
  async #look(state: HostState): Promise<Milliseconds> {
    const { clock } = this.#system;
    const started = clock.monotonic();
    const [instances] = await Promise.all([this.#instances.look(state), this.#lookAtEngines(state, started)]);
    const { told, outranked } = this.#routes;
    this.#tell({ instances, ...this.#engines, ...told, networks: this.#networks, obstacles: outranked });
    if (instances.some((report) => this.#up.has(keyOf(report)) && report.phase !== "Ready")) this.#repair();
    this.#up = new Set(instances.filter(({ phase }) => phase === "Ready").map(keyOf));
    const settled = instances.every(({ phase }) => phase === "Ready");
    const now = clock.monotonic();
    this.#unsettledSince = settled ? undefined : (this.#unsettledSince ?? now);
    // Looking must leave most of the time to what is looked at.
    const onItsWay = this.#unsettledSince !== undefined && now - this.#unsettledSince < patience;
    if (onItsWay) return milliseconds(Math.max(eager, 2 * (now - started)));
    const untilEngines = milliseconds(Math.max(eager, this.#enginesDueAt - now));
    return state.networks.length > 0 ? milliseconds(Math.min(calm, untilEngines)) : untilEngines;
  }

  async #lookAtEngines(state: HostState, now: Milliseconds): Promise<void> {
    if (now >= this.#enginesDueAt) {
      this.#engines = await readEngines(this.#system, state);
      this.#routes = await readServiceRoutes(this.#system, state);
      // A router has a neighbour for each host: what takes longer is done more seldom.
      this.#enginesDueAt = now + Math.max(this.#echo, 5 * (this.#system.clock.monotonic() - now));
      const longest = enginesSettled(state, this.#engines) ? calmEngines : unsettledEngines;
      this.#echo = milliseconds(Math.min(longest, 2 * this.#echo));
    }
    if (now >= this.#networksDueAt) {
      this.#networksDueAt = now + (this.#attending > 0 ? calm : calmEngines);
      const known = this.#rulesChanged ? [] : this.#networks;
      this.#rulesChanged = false;
      this.#networks = await readNetworks(this.#system, state, known);
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
