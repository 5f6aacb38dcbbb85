/**
 * Keeps a node converging on its latest state: runs rounds one after the other, again while they change something,
 * and whenever woken. A state that arrives while a round still looks takes that round's place; one that arrives while it
 * changes something is taken up by the next.
 */
import { milliseconds, type Milliseconds } from "@netwright/base";
import type { Driver, HostState, NodeSystem, Slot } from "@netwright/contract";
import { driversFor } from "@netwright/drivers";
import { Attention } from "./attention.ts";
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

/** Everything is listed at least this often, in case a wake-up was lost. */
const resyncInterval = milliseconds(10_000);
/** Rounds that keep failing or keep changing something slow down to this. */
const slowest = milliseconds(5000);
/** Plans dropped in a row for newer states; then one is carried out, whatever comes. */
const maxDropped = 5;

export class Converger {
  #goal: Goal | undefined;
  #dropped = 0;
  #resyncAt = 0;
  readonly #drivers: readonly Driver[];
  readonly #system: NodeSystem;
  readonly #onRound: (round: Round) => void | Promise<void>;
  readonly #waiter: Waiter;
  readonly #attention = new Attention();

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
    this.#waiter.wake();
  }

  /** @param slots that may differ from what was wanted; all when left out */
  wake(slots?: readonly Slot[]): void {
    this.#attention.touch(slots);
    this.#waiter.wake();
  }

  /** Runs until the signal aborts; a round under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#system;
    let unsettled = 0;
    while (!signal.aborted) {
      const goal = this.#goal;
      if (clock.monotonic() >= this.#resyncAt) {
        this.#attention.touch();
        this.#resyncAt = clock.monotonic() + resyncInterval;
      }
      const converged = goal === undefined || (await this.#round(goal));
      unsettled = converged || goal !== this.#goal ? 0 : unsettled + 1;
      const untilResync = milliseconds(Math.max(0, this.#resyncAt - clock.monotonic()));
      await this.#waiter.rest(unsettled === 0 ? untilResync : pauseAfter(unsettled), signal);
    }
  }

  async #round(goal: Goal): Promise<boolean> {
    const result = await this.#result(goal);
    if (result === undefined) return false;
    const converged = result.changes.length === 0 && result.problems.length === 0;
    await this.#onRound({ ...result, goal, converged });
    return converged;
  }

  async #result(goal: Goal): Promise<RoundResult | undefined> {
    const { state } = goal;
    if (state.paused) {
      this.#attention.touch();
      return {
        changes: [],
        stages: [],
        problems: await examine(driversFor(this.#drivers, state), this.#system, state),
      };
    }
    const work = this.#attention.begin(driversFor(this.#drivers, state), state);
    const isStale = (): boolean => goal !== this.#goal && this.#dropped < maxDropped;
    const result = await converge(work, this.#system, isStale);
    this.#dropped = result === undefined ? this.#dropped + 1 : 0;
    if (result === undefined) return undefined;
    const slots = [...result.stages, ...result.problems].map(({ slot }) => slot);
    this.#attention.end(work, new Set(slots));
    return result;
  }
}

/**
 * The first repetition is the check that a change took. It leaves what was started a moment for itself: listing the kernel
 * costs as much as an engine's start, and the state that follows from the start is often there by then.
 */
function pauseAfter(unsettled: number): Milliseconds {
  return milliseconds(Math.min(slowest, 50 * 2 ** unsettled));
}
