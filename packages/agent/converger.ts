/**
 * Keeps a node converging on its latest state: runs rounds one after the other, again while they change something,
 * and whenever woken. A state that arrives during a round is taken up by the next.
 */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { Driver, HostState, NodeSystem } from "@netwright/contract";
import { converge, type RoundResult } from "./round.ts";

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
const resyncInterval = milliseconds(30_000);
/** Rounds that keep failing or keep changing something slow down to this. */
const slowest = milliseconds(5000);

export class Converger {
  #goal: Goal | undefined;
  #wake: (() => void) | undefined;
  #pending = false;
  readonly #drivers: readonly Driver[];
  readonly #system: NodeSystem;
  readonly #onRound: (round: Round) => void;

  constructor(drivers: readonly Driver[], system: NodeSystem, onRound: (round: Round) => void) {
    this.#drivers = drivers;
    this.#system = system;
    this.#onRound = onRound;
  }

  get goal(): Goal | undefined {
    return this.#goal;
  }

  setGoal(goal: Goal): void {
    this.#goal = goal;
    this.wake();
  }

  wake(): void {
    this.#pending = true;
    this.#wake?.();
  }

  /** Runs until the signal aborts; a round under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    let unsettled = 0;
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
    while (!signal.aborted) {
      this.#pending = false;
      const goal = this.#goal;
      if (goal !== undefined) {
        const result = await converge(this.#drivers, this.#system, goal.state);
        const converged = result.changes.length === 0 && result.problems.length === 0;
        unsettled = converged || goal !== this.#goal ? 0 : unsettled + 1;
        this.#onRound({ ...result, goal, converged });
      }
      // The first repetition is the check that a change took; it comes at once.
      if (!signal.aborted && !this.#pending && unsettled !== 1) await this.#rest(pauseAfter(unsettled), signal);
    }
  }

  async #rest(span: Milliseconds, signal: AbortSignal): Promise<void> {
    const rest = new AbortController();
    this.#wake = () => rest.abort();
    if (!this.#pending && !signal.aborted) await this.#system.clock.sleep(span, rest.signal).catch(() => {});
    this.#wake = undefined;
  }
}

function pauseAfter(unsettled: number): Milliseconds {
  return unsettled === 0 ? resyncInterval : milliseconds(Math.min(slowest, 100 * 2 ** unsettled));
}
