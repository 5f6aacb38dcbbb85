/** Time and entropy are injected, so that a test can hold them still. */
import type { Instant, Milliseconds } from "./units.ts";

export interface Clock {
  /** Wall-clock time, for people and for records. May jump. */
  now(): Instant;
  /** Monotonic milliseconds since an arbitrary start, for measuring spans. Never jumps. */
  monotonic(): Milliseconds;
  /** Resolves after the span; rejects with the signal's reason when aborted. */
  sleep(span: Milliseconds, signal?: AbortSignal): Promise<void>;
}

export interface Entropy {
  /** That many bytes nobody can guess. */
  bytes(count: number): Uint8Array;
}
