/** One-minute datapoints, as CloudWatch makes them, and alarms over them. */
import { seconds, type Instant } from "@netwright/base";
import { meanOf, noMean, withValue, type Mean } from "./mean.ts";

export interface Minutes {
  readonly since: Instant;
  readonly mean: Mean;
  /** Means of whole minutes, the newest last; null: nothing was measured. */
  readonly points: readonly (number | null)[];
}

const minute = seconds(60);
const kept = 15;

/** @returns also whether a minute has just become whole: alarms are looked at then. */
export function withMeasured(
  before: Minutes | undefined,
  now: Instant,
  value: number | undefined,
): { readonly minutes: Minutes; readonly isWhole: boolean } {
  const known = before ?? { since: now, mean: noMean, points: [] };
  if (now - known.since < minute) return { minutes: { ...known, mean: withValue(known.mean, value) }, isWhole: false };
  const points = [...known.points, meanOf(known.mean) ?? null].slice(-kept);
  return { minutes: { since: now, mean: withValue(noMean, value), points }, isWhole: true };
}

/** True when so many of the newest datapoints are there and all breach. */
export function inAlarm({ points }: Minutes, periods: number, breaches: (value: number) => boolean): boolean {
  const newest = points.slice(-periods);
  return newest.length === periods && newest.every((value) => value !== null && breaches(value));
}
