/** Requests of a load that have ended, in the order in which they did. */
import { milliseconds, type Milliseconds } from "@netwright/base";
import { percentileOf } from "../checks/bounds.ts";
import type { LoadReport } from "../report/report.ts";
import type { LoadCounts } from "./running-load.ts";

export interface Ended {
  /** When it was sent, after the run began. */
  readonly at: Milliseconds;
  readonly took: Milliseconds;
  /** Undefined: it succeeded. */
  readonly failure?: string;
}

/** Failures are many when a service is gone; the first ones tell why. */
const failuresKept = 20;
const tenth = 100;

export class Requests {
  /** Two columns instead of objects: a load may run for long. */
  readonly #at: number[] = [];
  readonly #took: number[] = [];
  readonly #failures: { readonly at: Milliseconds; readonly message: string }[] = [];

  #settledBefore = -Infinity;

  get count(): number {
    return this.#at.length;
  }

  add({ at, took, failure }: Ended): void {
    this.#at.push(at);
    // A failed request has no time of its own.
    this.#took.push(failure === undefined ? took : Infinity);
    if (failure !== undefined) this.#failures.push({ at, message: failure });
  }

  /** All that were sent before that moment have ended. */
  settle(before: Milliseconds): void {
    this.#settledBefore = Math.max(this.#settledBefore, before);
  }

  /** Whether nothing that was sent until then is under way. */
  isSettled(until: Milliseconds): boolean {
    return this.#settledBefore > until;
  }

  /** Of those sent at that moment or later, and until then. @param last of these, only so many that were sent last */
  counts(since: Milliseconds, until: number, last = Infinity): LoadCounts {
    const from = last === Infinity ? since : this.#sentLast(since, until, last);
    const isOf = (at: number): boolean => at >= from && at <= until;
    const took = this.#took.filter((_, index) => isOf(this.#at[index] as number));
    const sorted = sortedTimes(took);
    return {
      succeeded: sorted.length,
      failed: took.length - sorted.length,
      p99: percentile(sorted, 99),
      failures: this.#failures.filter(({ at }) => isOf(at)).slice(0, failuresKept),
    };
  }

  /** When the first of them was sent. */
  #sentLast(since: Milliseconds, until: number, count: number): number {
    const sent = this.#at.filter((at) => at >= since && at <= until).toSorted((a, b) => b - a);
    return sent[count - 1] ?? since;
  }

  /** Of those sent from `at` on. */
  report(at: Milliseconds, until: Milliseconds): Omit<LoadReport, "name" | "description"> {
    const took = this.#took.filter((_, index) => (this.#at[index] as number) >= at);
    const sorted = sortedTimes(took);
    return {
      at,
      until,
      succeeded: sorted.length,
      failed: took.length - sorted.length,
      p50: percentile(sorted, 50),
      p99: percentile(sorted, 99),
      tenths: this.#tenths(at, until),
      failures: this.#failures.filter((failure) => failure.at >= at).slice(0, failuresKept),
    };
  }

  #tenths(at: Milliseconds, until: Milliseconds): LoadReport["tenths"] {
    const tenths = Array.from({ length: Math.max(1, Math.ceil((until - at) / tenth)) }, () => ({
      succeeded: 0,
      failed: 0,
      slowest: 0,
    }));
    for (const [index, sent] of this.#at.entries()) {
      if (sent < at) continue;
      const took = this.#took[index] as number;
      const one = tenths[Math.min(tenths.length - 1, Math.max(0, Math.floor((sent - at) / tenth)))];
      if (one === undefined) continue;
      if (took === Infinity) one.failed += 1;
      else one.succeeded += 1;
      if (took !== Infinity) one.slowest = Math.max(one.slowest, took);
    }
    return tenths.map(({ slowest, ...counts }) => ({ ...counts, slowest: milliseconds(slowest) }));
  }
}

const sortedTimes = (took: readonly number[]): readonly number[] =>
  took.filter((time) => time !== Infinity).toSorted((a, b) => a - b);

const percentile = (sorted: readonly number[], part: number): Milliseconds | null =>
  sorted.length === 0 ? null : milliseconds(percentileOf(sorted, part));
