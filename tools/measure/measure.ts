/** Runs a case: measured and baseline in turn, round after round, so that a busy moment meets both. */
import type { Bar, Case, Side } from "./benchmark.ts";
import { median, ratioInterval, ratioOf, type Interval, type Pair } from "./statistics.ts";

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Result {
  readonly benchmark: string;
  readonly case: string;
  readonly unit: string;
  readonly rounds: number;
  readonly measured: Summary;
  readonly baseline: Summary | null;
  /** Measured to baseline; null without a baseline. */
  readonly ratio: number | null;
  readonly interval: Interval | null;
  readonly bars: readonly Bar[];
  readonly held: boolean;
  readonly values: { readonly measured: readonly number[]; readonly baseline: readonly number[] };
}

/** Monotonic milliseconds. */
export type Stopwatch = () => number;

export async function measureCase(name: string, one: Case, rounds: number, now: Stopwatch): Promise<Result> {
  const measured: number[] = [];
  const baseline: number[] = [];
  const sides: readonly (readonly [Side, number[]])[] = [
    [one.measured, measured],
    ...(one.baseline === undefined ? [] : [[one.baseline, baseline] as const]),
  ];
  const opened: Side[] = [];
  try {
    for (const [side] of sides) {
      opened.push(side);
      await side.prepare?.();
    }
    for (let round = 0; round < rounds; round += 1) {
      // Who goes first changes every round: neither side always meets the warm or the cold cache.
      for (const [side, values] of round % 2 === 0 ? sides : sides.toReversed()) values.push(await runOnce(side, now));
    }
  } finally {
    for (const side of opened) await side.close?.();
  }
  return summarize(name, one, measured, baseline);
}

async function runOnce(side: Side, now: Stopwatch): Promise<number> {
  await side.reset?.();
  const start = now();
  const figure = await side.run();
  return typeof figure === "number" ? figure : now() - start;
}

const summaryOf = (values: readonly number[]): Summary => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

function summarize(name: string, one: Case, measured: readonly number[], baseline: readonly number[]): Result {
  const pairs: readonly Pair[] = baseline.map((value, index) => ({
    measured: measured[index] ?? Number.NaN,
    baseline: value,
  }));
  const summary = summaryOf(measured);
  const ratio = pairs.length === 0 ? null : ratioOf(pairs);
  const interval = pairs.length === 0 ? null : ratioInterval(pairs);
  const figures = { median: summary.median, ratio, "ratio upper bound": interval?.high ?? null };
  return {
    benchmark: name,
    case: one.name,
    unit: one.unit ?? "ms",
    rounds: measured.length,
    measured: summary,
    baseline: pairs.length === 0 ? null : summaryOf(baseline),
    ratio,
    interval,
    bars: one.bars,
    held: one.bars.every((bar) => holds(bar, figures[bar.of])),
    values: { measured, baseline },
  };
}

/** A bar on a ratio without a baseline is not held. */
export function holds(bar: Bar, figure: number | null): boolean {
  return figure !== null && figure <= (bar.atMost ?? Infinity) && figure >= (bar.atLeast ?? -Infinity);
}
