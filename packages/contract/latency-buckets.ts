/**
 * Latencies are counted in buckets, so that those of many proxies and seconds can be added up. Bounds are the preferred
 * numbers R20 (ISO 3), 20 a decade, from 0.1 ms to 100 s: neighbours are at most 1.143 apart, so a value told as the
 * geometric mean of its bucket's bounds is at most 7 % off. All powers of ten and their 2, 2.5 and 5 fold are bounds.
 */

const preferred = [100, 112, 125, 140, 160, 180, 200, 224, 250, 280, 315, 355, 400, 450, 500, 560, 630, 710, 800, 900];
const decades = [1, 10, 100, 1000, 10_000, 100_000];

/** Upper bounds, inclusive, in microseconds. Bucket n goes from above bound n-1 to bound n; the one after the last has no end. */
export const latencyBounds: readonly number[] = [
  ...decades.flatMap((decade) => preferred.map((number) => number * decade)),
  100_000_000,
];

export const latencyBucketCount = latencyBounds.length + 1;

/** How far `latencyQuantile` may be off, as a share of the true value, between the first and the last bound. */
export const latencyError = 0.07;

/** Number of the bucket of a latency in microseconds. */
export function latencyBucket(latency: number): number {
  let [low, high] = [0, latencyBounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((latencyBounds[middle] as number) < latency) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The latency, in milliseconds, that a share of `quantile` of all answers did not exceed; null where there were none. What
 * is below the first bound or above the last is told as that bound.
 * @param counts by bucket
 */
export function latencyQuantile(counts: ArrayLike<number>, quantile: number): number | null {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) total += counts[bucket] as number;
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(quantile * total));
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    seen += counts[bucket] as number;
    if (seen >= rank) return typical(bucket) / 1000;
  }
  return typical(latencyBounds.length) / 1000;
}

function typical(bucket: number): number {
  const upper = latencyBounds[bucket];
  const lower = latencyBounds[bucket - 1];
  if (upper === undefined) return latencyBounds.at(-1) as number;
  return lower === undefined ? upper : Math.sqrt(lower * upper);
}
