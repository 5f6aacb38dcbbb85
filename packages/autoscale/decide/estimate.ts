/**
 * A measured value without its noise. Two moving averages: the slow one is what is believed, and the fast one when it is
 * above by more than noise explains, so that a flash crowd is seen within seconds and a lucky second is not.
 */
import { seconds, type Instant, type Milliseconds } from "@netwright/base";

export interface Estimate {
  readonly at: Instant;
  readonly slow: number;
  readonly fast: number;
  /** Of single values about the fast average: a jump is no noise. */
  readonly variance: number;
  /** How far noise alone may carry the fast average. */
  readonly band: number;
}

const slowSpan = seconds(30);
const fastSpan = seconds(3);
const varianceSpan = seconds(60);
/** Standard deviations. With one value a second, noise passes this about once in nine hours. */
const significant = 4;

/** Share of the new value in an average over such a span, after so much time. */
const weightOf = (passed: Milliseconds, span: Milliseconds): number => 1 - Math.exp((-1 * passed) / span);

export function follow(before: Estimate | undefined, at: Instant, value: number): Estimate {
  if (before === undefined) return { at, slow: value, fast: value, variance: 0, band: 0 };
  if (at <= before.at) return before;
  const passed = (at - before.at) as Milliseconds;
  const fastWeight = weightOf(passed, fastSpan);
  const kept = 1 - weightOf(passed, varianceSpan);
  const off = value - before.fast;
  return {
    at,
    slow: before.slow + weightOf(passed, slowSpan) * (value - before.slow),
    fast: before.fast + fastWeight * off,
    variance: kept * (before.variance + (1 - kept) * off * off),
    // Variance of an exponential average of independent values; of those before this one, which is what is judged.
    band: significant * Math.sqrt((before.variance * fastWeight) / (2 - fastWeight)),
  };
}

/** What to reckon with: a rise is believed when it cannot be noise, a fall when it lasts. */
export const level = ({ slow, fast, band }: Estimate): number => (fast > slow + band ? fast : slow);
