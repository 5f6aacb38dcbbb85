/** Stage Collect: what is known of a tier at the moment, without noise, and what is missing. */
import { seconds, type Instant } from "@netwright/base";
import { follow, level, type Estimate } from "./estimate.ts";
import type { Sample, TierObservation } from "./observation.ts";
import type { MetricName } from "./policy.ts";

/** Older measurements say nothing of now. Longer than any interval of scraping that is usual. */
export const staleAfter = seconds(30);

export interface Reading {
  /** Of the tier: a sum, or for latencies the tier's own. */
  readonly total: number;
  /** Of one instance; of latencies the same as `total`. */
  readonly value: number;
  /** Ready instances that it says nothing of. */
  readonly missing: number;
}

type Totals = Readonly<Partial<Record<MetricName, Estimate>>>;
export type Readings = Readonly<Partial<Record<MetricName, Reading>>>;

export interface Collected {
  readonly totals: Totals;
  readonly readings: Readings;
}

export const isLatency = (metric: MetricName): boolean => metric === "latencyP95" || metric === "latencyP99";

export const isFresh = (sample: Sample | undefined, now: Instant): sample is Sample =>
  sample !== undefined && sample.instances > 0 && now - sample.at < staleAfter && Number.isFinite(sample.value);

/** An estimate with the news in it. What was not measured for long is forgotten, not continued. */
export function refresh(before: Estimate | undefined, sample: Sample | undefined, now: Instant): Estimate | undefined {
  const known = before !== undefined && now - before.at < staleAfter ? before : undefined;
  return isFresh(sample, now) ? follow(known, sample.at, sample.value) : known;
}

export function collect(seen: TierObservation, before: Totals, now: Instant): Collected {
  const totals: Partial<Record<MetricName, Estimate>> = {};
  const readings: Partial<Record<MetricName, Reading>> = {};
  const names = new Set([...Object.keys(before), ...Object.keys(seen.metrics)] as MetricName[]);
  for (const metric of names) {
    const sample = seen.metrics[metric];
    const estimate = refresh(before[metric], sample, now);
    if (estimate === undefined) continue;
    totals[metric] = estimate;
    if (!isFresh(sample, now) || seen.ready === 0) continue;
    const total = level(estimate);
    const reporting = Math.min(sample.instances, seen.ready);
    readings[metric] = {
      total,
      value: isLatency(metric) ? total : total / reporting,
      missing: isLatency(metric) ? 0 : seen.ready - reporting,
    };
  }
  return { totals, readings };
}
