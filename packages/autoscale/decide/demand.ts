/**
 * Service demand: how much of a tier's resource one request at the front door costs, whatever the load. Learned as
 * the slope of a line through the origin with old points fading, so that busy times count more than idle ones.
 */
import { seconds, type Instant } from "@netwright/base";

export interface Demand {
  readonly at: Instant;
  /** Faded sums over points (rate, usage). */
  readonly rateSquared: number;
  readonly rateUsage: number;
  /** How much time it was learned from, faded as well; seconds. */
  readonly learned: number;
}

const memory = seconds(600);
/** One point moves the slope by no more than if it were off by this factor. */
const outlier = 2;
/** 1/s; what comes more seldom teaches nothing. */
const leastRate = 0.01;
/** Seconds of points before it is used. */
const enough = 10;

/** @param rate requests answered at the front door, 1/s. @param usage of the whole tier at that time */
export function learn(before: Demand | undefined, at: Instant, rate: number, usage: number): Demand | undefined {
  if (rate < leastRate || usage < 0) return before;
  if (before === undefined) return { at, rateSquared: rate * rate, rateUsage: rate * usage, learned: 1 };
  if (at <= before.at) return before;
  const passed = Math.min((at - before.at) / 1000, enough);
  const faded = Math.exp(-(at - before.at) / memory);
  const slope = before.rateUsage / before.rateSquared;
  const believed = slope > 0 ? clamp(usage, (rate * slope) / outlier, rate * slope * outlier) : usage;
  return {
    at,
    rateSquared: faded * before.rateSquared + passed * rate * rate,
    rateUsage: faded * before.rateUsage + passed * rate * believed,
    learned: faded * before.learned + passed,
  };
}

/** Usage for one request a second; undefined until enough is known. */
export const slopeOf = (demand: Demand | undefined): number | undefined =>
  demand === undefined || demand.learned < enough ? undefined : demand.rateUsage / demand.rateSquared;

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
