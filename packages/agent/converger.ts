/**
 * Keeps a node converging on its latest state: runs rounds one after the other, again while they change something,
 * and whenever woken. A state that arrives during a round is taken up by the next.
 */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { Driver, HostState, NodeSystem } from "@netwright/contract";
import { converge, examine, type RoundResult } from "./round.ts";
import { Waiter } from "./waiter.ts";

export interface Goal {
  readonly revision: number;
  readonly state: HostState;
}

export interface Round extends RoundResult {
  readonly goal: Goal;
  /** True when this round found nothing to change and no problem: everything asked for was observed to be there. */
  readonly converged: boolean;
}

/** Kernel and engines are listed at least this often, in case a wake-up was lost. */
const resyncInterval = milliseconds(10_000);
/** Rounds that keep failing or keep changing something slow down to this. */
const slowest = milliseconds(5000);

export class Converger {
  #goal: Goal | undefined;
  readonly #drivers: readonly Driver[];
  readonly #system: NodeSystem;
  readonly #onRound: (round: Round) => void | Promise<void>;
  readonly #waiter: Waiter;

  constructor(drivers: readonly Driver[], system: NodeSystem, onRound: (round: Round) => void | Promise<void>) {
    this.#drivers = drivers;
    this.#system = system;
    this.#onRound = onRound;
    this.#waiter = new Waiter(system.clock);
  }

  get goal(): Goal | undefined {
    return this.#goal;
  }

  setGoal(goal: Goal): void {
    this.#goal = goal;
    this.wake();
  }

  wake(): void {
    this.#waiter.wake();
  }

  /** Runs until the signal aborts; a round under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    let unsettled = 0;
    while (!signal.aborted) {
      const goal = this.#goal;
      const converged = goal === undefined || (await this.#round(goal));
      unsettled = converged || goal !== this.#goal ? 0 : unsettled + 1;
      await this.#waiter.rest(pauseAfter(unsettled), signal);
    }
  }

  async #round(goal: Goal): Promise<boolean> {
    const result = await this.#result(goal.state);
    const converged = result.changes.length === 0 && result.problems.length === 0;
    await this.#onRound({ ...result, goal, converged });
    return converged;
  }

  async #result(state: HostState): Promise<RoundResult> {
    if (!state.paused) return converge(this.#drivers, this.#system, state);
    return { changes: [], stages: [], problems: await examine(this.#drivers, this.#system, state) };
  }
}

/** The first repetition is the check that a change took; it comes at once. */
function pauseAfter(unsettled: number): Milliseconds {
  if (unsettled === 0) return resyncInterval;
  return milliseconds(unsettled === 1 ? 0 : Math.min(slowest, 50 * 2 ** unsettled));
}
