/** Traffic over time, as the simulator replays it. Pure. */
import { milliseconds, NetwrightError, type Instant, type Milliseconds } from "@netwright/base";

export interface Trace {
  /** For headings: a shape's name with its seed, or a file's. */
  readonly name: string;
  /** Of the first step; 0 where its times are only relative. */
  readonly start: Instant;
  /** Length of a step: whole seconds. */
  readonly step: Milliseconds;
  /** Requests a second, the mean of each step. */
  readonly rates: Float64Array;
}

/** Longer ones are mistakes more often than traffic: one line with the wrong year. */
export const longestTrace = milliseconds(400 * 86_400_000);

export const lengthOf = ({ step, rates }: Trace): Milliseconds => milliseconds(step * rates.length);

export function highestRate({ rates }: Trace): number {
  let highest = 0;
  for (const rate of rates) if (rate > highest) highest = rate;
  return highest;
}

/** The same traffic, multiplied. */
export const scaled = (trace: Trace, factor: number): Trace => ({
  ...trace,
  rates: trace.rates.map((rate) => rate * factor),
});

/** Scaled so that the given share of its steps is at most so high. @param share 1: its highest step */
export function scaledToPeak(trace: Trace, peak: number, share = 1): Trace {
  const sorted = trace.rates.toSorted();
  const highest = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return highest === 0 ? trace : scaled(trace, peak / highest);
}

/** A stretch of it; shorter where the trace ends. @throws NW1203 when nothing of the trace is in it */
export function stretchOf(trace: Trace, from: Instant, length: Milliseconds, name: string): Trace {
  const first = Math.max(0, Math.ceil((from - trace.start) / trace.step));
  const rates = trace.rates.slice(first, Math.max(first, Math.floor((from + length - trace.start) / trace.step)));
  if (rates.length === 0) throw new NetwrightError("NW1203", `the trace ${trace.name} has nothing of ${name}`);
  return { ...trace, name, start: (trace.start + first * trace.step) as Instant, rates };
}
