/** Time that stands still until a test moves it. */
import { milliseconds, type Clock, type Instant, type Milliseconds } from "@netwright/base";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export class ManualClock implements Clock {
  #time = 0;
  #sleepers: readonly Sleeper[] = [];

  now(): Instant {
    return this.#time as Instant;
  }

  monotonic(): Milliseconds {
    return milliseconds(this.#time);
  }

  /** Spans that are being slept, shortest first: what the code under test waits for. */
  get sleeping(): readonly number[] {
    return this.#sleepers.map(({ until }) => until - this.#time).toSorted((a, b) => a - b);
  }

  async sleep(span: Milliseconds, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.#time + span, wake: resolve };
    this.#sleepers = [...this.#sleepers, sleeper];
    signal?.addEventListener("abort", () => {
      this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
      reject(signal.reason as Error);
    });
    return promise;
  }

  /** Moves on, wakes whoever is due, and lets them run until they wait again. */
  async advance(span: number): Promise<void> {
    this.#time += span;
    const due = this.#sleepers.filter(({ until }) => until <= this.#time);
    this.#sleepers = this.#sleepers.filter(({ until }) => until > this.#time);
    for (const { wake } of due) wake();
    await settled();
  }
}

/** Resolves when everything that can run without time passing has run. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
