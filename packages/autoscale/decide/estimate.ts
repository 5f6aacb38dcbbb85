/**
 * A measured value without its noise, and where it is going. Two moving averages: the slow one is what is believed, and the
 * fast one when it is above by more than noise explains, so that a flash crowd is seen within seconds and a lucky second is
 * not. What rises goes on rising while instances start: the distance of the two averages says how fast.
 */
import { seconds, type Instant, type Milliseconds } from "@netwright/base";

export interface Estimate {
  readonly at: Instant;
  /** The newest value, as it was measured. */
  readonly last: number;
  readonly slow: number;
  readonly fast: number;
  /** Of the noise of single values. */
  readonly variance: number;
  /** How far noise alone may carry the fast average. */
  readonly band: number;
}

const slowSpan = seconds(30);
const fastSpan = seconds(3);
const varianceSpan = seconds(60);
/** Standard deviations. With one value a second, noise passes this about twice an hour, and then by a hair. */
const significant = 3;
/**
 * How far a rise is carried on, as a share of the distance of the averages. On a ramp they are 27 s of it apart, so this is
 * about 20 s ahead: what it takes to be seen, to start and to warm up.
 */
const lead = 0.8;
/** A jump looks like a steep ramp for a moment: no more than so much of the value is added. */
const leadMax = 0.5;

/** Share of the new value in an average over such a span, after so much time. */
const weightOf = (passed: Milliseconds, span: Milliseconds): number => 1 - Math.exp((-1 * passed) / span);

export function follow(before: Estimate | undefined, at: Instant, value: number): Estimate {
  if (before === undefined) return { at, last: value, slow: value, fast: value, variance: 0, band: 0 };
  if (at <= before.at) return before;
  const passed = (at - before.at) as Milliseconds;
  const fastWeight = weightOf(passed, fastSpan);
  // From one value to the next, not from the average: else a ramp, which the average lags behind, passes for noise.
  const noise = (value - before.last) ** 2 / 2;
  const variance = before.variance + weightOf(passed, varianceSpan) * (noise - before.variance);
  return {
    at,
    last: value,
    slow: before.slow + weightOf(passed, slowSpan) * (value - before.slow),
    fast: before.fast + fastWeight * (value - before.fast),
    variance,
    // Variance of an exponential average of independent values.
    band: significant * Math.sqrt((variance * fastWeight) / (2 - fastWeight)),
  };
}

/** What it is: a rise is believed when it cannot be noise, a fall when it lasts. */
export const level = ({ slow, fast, band }: Estimate): number => (fast > slow + band ? fast : slow);

/** What to reckon with when instances that are asked for now will serve: a rise that is believed goes on. */
export function ahead(estimate: Estimate): number {
  const { slow, fast, band } = estimate;
  return level(estimate) + Math.min(lead * Math.max(0, fast - slow - band), leadMax * fast);
}
