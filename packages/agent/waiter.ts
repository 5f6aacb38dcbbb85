/** A sleep that others can end. A wake-up between two rests is not lost: the next rest returns at once. */
import type { Clock, Milliseconds } from "@netwright/base";

export class Waiter {
  #woken = false;
  #rest: AbortController | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#woken = true;
    this.#rest?.abort();
  }

  /** Ends when woken, after the span, or when the signal aborts. */
  async rest(span: Milliseconds, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      this.#rest = new AbortController();
      await this.#clock.sleep(span, AbortSignal.any([this.#rest.signal, signal])).catch(() => {});
      this.#rest = undefined;
    }
    this.#woken = false;
  }
}
