/** Wakes everybody who waits for the next commit. */
export class Wakeups {
  #waiting = Promise.withResolvers<void>();
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  wake(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers<void>();
  }

  /** No more commits will come: every watch ends. */
  end(): void {
    this.#ended = true;
    this.#waiting.resolve();
  }

  /** Resolves at the next `wake` or `end`, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const abort = (): void => aborted.resolve();
    signal.addEventListener("abort", abort);
    try {
      if (!signal.aborted) await Promise.race([this.#waiting.promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }
}
