/** What one decision of ours leaves for the next. Plain data. */
import type { Instant } from "@netwright/base";
import type { Demand } from "./demand.ts";
import type { Estimate } from "./estimate.ts";
import type { MetricName } from "./policy.ts";
import type { Trial } from "./trial.ts";

/** A size that was wanted at a time. */
export interface Mark {
  readonly at: Instant;
  readonly replicas: number;
}

/** A change of size that was decided: how many came (positive) or went. */
export interface Change {
  readonly at: Instant;
  readonly by: number;
}

export interface TierState {
  /** Of the whole tier. */
  readonly totals: Readonly<Partial<Record<MetricName, Estimate>>>;
  readonly demand: Readonly<Partial<Record<MetricName, Demand>>>;
  /** Recommendations that may still be the highest of the down window: each is higher than all after it. */
  readonly highs: readonly Mark[];
  /** The same for the lowest of the up window. */
  readonly lows: readonly Mark[];
  readonly changes: readonly Change[];
  /** The most requests that one instance has had, 1/s at the front door, while the objective was met. */
  readonly carried?: number;
  /** The load of one instance, as above, at which this tier was the bottleneck. */
  readonly overload?: { readonly at: Instant; readonly load: number };
}

export interface State {
  readonly arrivals?: Estimate;
  readonly completions?: Estimate;
  /** Measured latency as a share of the objective; above 1 it is missed. */
  readonly strain?: Estimate;
  readonly tiers: Readonly<Record<string, TierState>>;
  /** Growth against a missed objective whose effect is waited for, or was none. */
  readonly trial?: Trial;
}

export const emptyTier: TierState = { totals: {}, demand: {}, highs: [], lows: [], changes: [] };
