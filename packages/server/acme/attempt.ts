/** Something that is tried until it works: never twice at once, and ever later after failures. */
import { messageOf, type Clock, type Entropy, type Instant, type Milliseconds } from "@netwright/base";
import { retryDelay } from "./back-off.ts";
import { AcmeFailure } from "./failure.ts";

/** What is in the way, for conditions. */
export interface Obstacle {
  readonly reason: string;
  readonly message: string;
}

export class Attempt {
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  #failures = 0;
  #running: AbortController | undefined;
  /** Not before that. */
  retryAt: Instant = 0 as Instant;
  obstacle: Obstacle | undefined;

  constructor(clock: Clock, entropy: Entropy) {
    this.#clock = clock;
    this.#entropy = entropy;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Ends what runs, and begins anew: what it is about has changed. */
  reset(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#failures = 0;
    this.retryAt = 0 as Instant;
    this.obstacle = undefined;
  }

  /**
   * @param lifetime of the certificate that is renewed
   * @returns the failure, or undefined when it worked or was ended from outside. Never throws.
   */
  async run(
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    lifetime?: Milliseconds,
  ): Promise<unknown> {
    const own = new AbortController();
    this.#running = own;
    try {
      await work(AbortSignal.any([signal, own.signal]));
      this.#failures = 0;
      this.obstacle = undefined;
      return undefined;
    } catch (failure) {
      if (own.signal.aborted || signal.aborted) return undefined;
      this.#fail(failure, lifetime);
      return failure;
    } finally {
      if (this.#running === own) this.#running = undefined;
    }
  }

  #fail(failure: unknown, lifetime: Milliseconds | undefined): void {
    const isKnown = failure instanceof AcmeFailure;
    this.#failures += 1;
    const wait = retryDelay(this.#failures, this.chance(), isKnown ? failure.retryAfter : undefined, lifetime);
    this.retryAt = (this.#clock.now() + wait) as Instant;
    const again = `; tried again after ${new Date(this.retryAt).toISOString().slice(0, 19)}Z`;
    this.obstacle = { reason: isKnown ? failure.reason : "Failed", message: messageOf(failure) + again };
  }

  /** From 0 to 1. */
  chance(): number {
    return (this.#entropy.bytes(1)[0] ?? 0) / 255;
  }
}
