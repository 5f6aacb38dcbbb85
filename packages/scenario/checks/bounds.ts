/** Bounds of a measurement, and its ratio to a baseline. Pure. */
interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const within = ({ atLeast = -Infinity, atMost = Infinity }: Bounds, value: number): boolean =>
  value >= atLeast && value <= atMost;

export const printBounds = ({ atLeast, atMost }: Bounds, unit: string): string =>
  [
    ...(atLeast === undefined ? [] : [`at least ${atLeast} ${unit}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost} ${unit}`]),
  ].join(", ");

/** Three digits that count. */
export const rounded = (value: number): string => String(Number(value.toPrecision(3)));

export const baselineUnit = "times the baseline";

/** `12.3 ms, 1.1 times the baseline of 11.2 ms`. */
export const printMeasured = (value: number, unit: string, baseline: number | undefined): string =>
  baseline === undefined
    ? `${rounded(value)} ${unit}`
    : `${rounded(value)} ${unit}, ${rounded(value / baseline)} ${baselineUnit} of ${rounded(baseline)} ${unit}`;

/** The value that such a part of all does not exceed: nearest rank. @param sorted is not empty */
export const percentileOf = (sorted: readonly number[], percentile: number): number =>
  sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] as number;
