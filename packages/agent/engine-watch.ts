/**
 * Looks at what engines tell: BGP sessions, announcements, routes, rules and denied flows. Soon after something woke it,
 * then at growing distance: what is told over BGP follows what woke us soon, less likely later.
 */
import { once } from "node:events";
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { HostState, NodeReport, NodeSystem, Problem } from "@netwright/contract";
import { readBgp, type BgpFacts } from "@netwright/drivers/bgp-bird/index.ts";
import { readNetworks } from "./engines.ts";
import { readServiceRoutes } from "./service-routes.ts";
import { Waiter } from "./waiter.ts";

export interface EnginesSeen extends BgpFacts, Pick<NodeReport, "routes" | "networks"> {
  /** What no round can put right. */
  readonly obstacles: readonly Problem[];
}

/** The least pause between two looks, and the first after a wake-up. */
const eager = milliseconds(25);
/** Denied flows, while somebody waits for them. */
const attentive = milliseconds(500);
/** The longest pause: everything is as wanted; something is not. */
const settledPause = milliseconds(5000);
const unsettledPause = milliseconds(200);

export class EngineWatch {
  /** Until the next look at engines: grows with each. */
  #echo: Milliseconds = eager;
  #enginesDueAt = 0;
  #networksDueAt = 0;
  #engines: Omit<EnginesSeen, "networks"> = { sessions: [], announced: [], obstacles: [] };
  #networks: NodeReport["networks"] = [];
  /** How many want to hear of denied flows soon. */
  #attending = 0;
  /** Rules may be others than those in `#networks`. */
  #rulesChanged = true;
  readonly #system: NodeSystem;
  readonly #state: () => HostState | undefined;
  readonly #tell: (seen: EnginesSeen) => void;
  readonly #waiter: Waiter;

  constructor(system: NodeSystem, state: () => HostState | undefined, tell: (seen: EnginesSeen) => void) {
    this.#system = system;
    this.#state = state;
    this.#tell = tell;
    this.#waiter = new Waiter(system.clock);
  }

  /** Something changed: look now, and soon again. */
  wake(): void {
    this.#echo = eager;
    this.glance();
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

  /** Until the signal aborts, somebody waits for denied flows. */
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
      await this.#waiter.rest(state === undefined ? unsettledPause : await this.#look(state), signal);
    }
  }

  /** @returns how long to rest before the next look */
  async #look(state: HostState): Promise<Milliseconds> {
    const { clock } = this.#system;
    const now = clock.monotonic();
    if (now >= this.#enginesDueAt) await this.#lookAtEngines(state, now);
    if (now >= this.#networksDueAt) await this.#lookAtNetworks(state, now);
    this.#tell({ ...this.#engines, networks: this.#networks });
    return milliseconds(Math.max(eager, Math.min(this.#enginesDueAt, this.#networksDueAt) - clock.monotonic()));
  }

  async #lookAtEngines(state: HostState, now: Milliseconds): Promise<void> {
    // Set before, so that who wakes us meanwhile has us look again.
    this.#enginesDueAt = Infinity;
    const [engines, routes] = await Promise.all([
      readBgp(this.#system, state.bgp.neighbors),
      readServiceRoutes(this.#system, state),
    ]);
    this.#engines = { ...engines, ...routes.told, obstacles: routes.outranked };
    // A router has a neighbour for each host: what takes longer is done more seldom.
    const pause = Math.max(this.#echo, 5 * (this.#system.clock.monotonic() - now));
    if (this.#enginesDueAt === Infinity) this.#enginesDueAt = now + pause;
    const longest = enginesSettled(state, engines) ? settledPause : unsettledPause;
    this.#echo = milliseconds(Math.min(longest, 2 * this.#echo));
  }

  async #lookAtNetworks(state: HostState, now: Milliseconds): Promise<void> {
    this.#networksDueAt = now + (this.#attending > 0 ? attentive : settledPause);
    const known = this.#rulesChanged ? [] : this.#networks;
    this.#rulesChanged = false;
    this.#networks = await readNetworks(this.#system, state, known);
  }
}

function enginesSettled({ bgp }: HostState, { sessions, announced }: BgpFacts): boolean {
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
