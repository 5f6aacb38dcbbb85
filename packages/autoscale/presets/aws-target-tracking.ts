/** EC2 Auto Scaling's target tracking: managed alarms over one-minute datapoints, out fast and in slowly. */
import { enough } from "../decide/recommend.ts";
import type { TargetMetric } from "../decide/policy.ts";
import type { MetricRecommendation, Scaler } from "../decide/types.ts";
import { formatMetric } from "../decide/words.ts";
import { inAlarm, withMeasured, type Minutes } from "./minutes.ts";
import { perTier, targetsOf, valueOf, within, type Tier } from "./per-tier.ts";

const outPeriods = 3;
const inPeriods = 15;
/** The low alarm's threshold as a share of the target. */
const low = 0.9;

export type TargetTrackingTier = Readonly<Record<string, Minutes>>;

export const awsTargetTracking: Scaler<Readonly<Record<string, TargetTrackingTier>>> = perTier(
  "aws-target-tracking",
  (tier, before) => {
    const { seen, scaling, now } = tier;
    const looked = targetsOf(scaling).map((target) => {
      const { minutes, isWhole } = withMeasured(before?.[target.name], now, valueOf(tier, target));
      return { target, minutes, opinion: isWhole ? opinionOf(tier, target, minutes) : undefined };
    });
    const perMetric = looked.flatMap(({ opinion }) => (opinion === undefined ? [] : [opinion]));
    const sizes = perMetric.map(({ replicas = seen.wanted }) => replicas);
    // Out when any policy says so, in only when all agree: so the most.
    const desired = within(scaling, sizes.length === 0 ? seen.wanted : Math.max(...sizes));
    return {
      desired,
      perMetric,
      words: perMetric.map(({ name, words }) => `${name} ${words}`).join("; ") || "within a minute",
      state: Object.fromEntries(looked.map(({ target, minutes }) => [target.name, minutes])),
    };
  },
);

function opinionOf({ seen }: Tier, { name, metric, target }: TargetMetric, minutes: Minutes): MetricRecommendation {
  const value = minutes.points.at(-1) ?? undefined;
  const base = { tier: seen.name, name, metric, target };
  if (value === undefined) return { ...base, words: "is missing: no action" };
  const said = `is ${formatMetric(metric, value)} of ${formatMetric(metric, target)}`;
  // Instances that warm up are no capacity yet.
  const proportional = enough((seen.ready * value) / target);
  if (inAlarm(minutes, outPeriods, (each) => each > target))
    return { ...base, value, replicas: Math.max(seen.wanted, proportional), words: `${said} for ${outPeriods} minutes` };
  if (seen.warming === 0 && inAlarm(minutes, inPeriods, (each) => each < low * target))
    return { ...base, value, replicas: Math.min(seen.wanted, proportional), words: `${said} for ${inPeriods} minutes` };
  return { ...base, value, replicas: seen.wanted, words: said };
}
