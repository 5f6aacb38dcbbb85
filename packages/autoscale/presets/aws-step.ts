/** EC2 Auto Scaling's step scaling: PercentChangeInCapacity by how far the metric is from the alarm's threshold. */
import type { TargetMetric } from "../decide/policy.ts";
import { inAlarm } from "./minutes.ts";
import { perMinute } from "./per-minute.ts";

/** The documented example: from 10 points off the threshold 10 percent, from 20 on 30 percent. */
const steps: readonly { readonly from: number; readonly percent: number }[] = [
  { from: 20, percent: 30 },
  { from: 10, percent: 10 },
];
const periods = 2;

export const awsStep = perMinute("aws-step", ({ tier: { seen }, target, minutes, value }) => {
  const size = stepped(seen.ready, pointsOff(target, value));
  if (inAlarm(minutes, periods, (each) => each > target.target)) return Math.max(seen.wanted, size);
  if (seen.warming === 0 && inAlarm(minutes, periods, (each) => each < target.target))
    return Math.min(seen.wanted, size);
  return seen.wanted;
});

/** Percentage points of CPU; of other metrics percent of the threshold. */
const pointsOff = ({ metric, target }: TargetMetric, value: number): number =>
  100 * (metric === "cpu" ? value - target : value / target - 1);

/** @param capacity without what warms up: a step that was taken is only topped up. @param points off the threshold, negative below */
export function stepped(capacity: number, points: number): number {
  // A hair below a bound is rounding of the machine's.
  const step = steps.find(({ from }) => Math.abs(points) >= from - 1e-9);
  const change = (Math.sign(points) * capacity * (step?.percent ?? 0)) / 100;
  if (change === 0) return capacity;
  return capacity + (Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change));
}
