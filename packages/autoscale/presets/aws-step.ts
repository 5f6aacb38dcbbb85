/** EC2 Auto Scaling's step scaling: PercentChangeInCapacity by how far the metric is from the alarm's threshold. */
import type { TargetMetric } from "../decide/policy.ts";
import type { MetricRecommendation, Scaler } from "../decide/types.ts";
import { formatMetric } from "../decide/words.ts";
import { inAlarm, withMeasured, type Minutes } from "./minutes.ts";
import { perTier, targetsOf, valueOf, within, type Tier } from "./per-tier.ts";

/** The documented example: from 10 points off the threshold 10 percent, from 20 on 30 percent. */
const steps: readonly { readonly from: number; readonly percent: number }[] = [
  { from: 20, percent: 30 },
  { from: 10, percent: 10 },
];
const periods = 2;

export type StepTier = Readonly<Record<string, Minutes>>;

export const awsStep: Scaler<Readonly<Record<string, StepTier>>> = perTier("aws-step", (tier, before) => {
  const { seen, scaling, now } = tier;
  const looked = targetsOf(scaling).map((target) => {
    const { minutes, isWhole } = withMeasured(before?.[target.name], now, valueOf(tier, target));
    return { target, minutes, opinion: isWhole ? opinionOf(tier, target, minutes) : undefined };
  });
  const perMetric = looked.flatMap(({ opinion }) => (opinion === undefined ? [] : [opinion]));
  const sizes = perMetric.map(({ replicas = seen.wanted }) => replicas);
  return {
    desired: within(scaling, sizes.length === 0 ? seen.wanted : Math.max(...sizes)),
    perMetric,
    words: perMetric.map(({ name, words }) => `${name} ${words}`).join("; ") || "within a minute",
    state: Object.fromEntries(looked.map(({ target, minutes }) => [target.name, minutes])),
  };
});

function opinionOf({ seen }: Tier, target: TargetMetric, minutes: Minutes): MetricRecommendation {
  const value = minutes.points.at(-1) ?? undefined;
  const base = { tier: seen.name, name: target.name, metric: target.metric, target: target.target };
  if (value === undefined) return { ...base, words: "is missing: no action" };
  const said = `is ${formatMetric(target.metric, value)} with its alarm at ${formatMetric(target.metric, target.target)}`;
  const points = pointsOff(target, value);
  const isOut = inAlarm(minutes, periods, (each) => each > target.target);
  const isIn = inAlarm(minutes, periods, (each) => each < target.target);
  if (isOut) return { ...base, value, replicas: Math.max(seen.wanted, stepped(seen.ready, points)), words: said };
  if (isIn && seen.warming === 0)
    return { ...base, value, replicas: Math.min(seen.wanted, stepped(seen.ready, points)), words: said };
  return { ...base, value, replicas: seen.wanted, words: said };
}

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
