/** The few statistics that a benchmark needs. Pure: randomness comes from a seed, so that a table can be repeated. */

/** @throws RangeError when there is no value */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A small generator of numbers in [0, 1): a linear congruence modulo 2^32 whose high bits are used. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Pair {
  readonly measured: number;
  readonly baseline: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * 95 % interval of the ratio of medians, measured to baseline, by bootstrap over rounds (Efron 1979): rounds are drawn
 * again with replacement, pair by pair, so that what disturbed a whole round disturbs both sides.
 */
export function ratioInterval(pairs: readonly Pair[], draws = 2000, seed = 1): Interval {
  const random = seeded(seed);
  const ratios = Array.from({ length: draws }, () => {
    const sample = pairs.map(() => pairs[Math.floor(random() * pairs.length)]).filter((pair) => pair !== undefined);
    return ratioOf(sample);
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => ratios[Math.min(draws - 1, Math.floor(share * draws))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

export function ratioOf(pairs: readonly Pair[]): number {
  return median(pairs.map((pair) => pair.measured)) / median(pairs.map((pair) => pair.baseline));
}
