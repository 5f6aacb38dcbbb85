/** Scalers that look at one-minute datapoints: out when any policy says so, in only when all agree. */
import type { TargetMetric } from "../decide/policy.ts";
import type { MetricRecommendation, Scaler } from "../decide/types.ts";
import { formatMetric } from "../decide/words.ts";
import { withMeasured, type Minutes } from "./minutes.ts";
import { perTier, targetsOf, valueOf, within, type Tier } from "./per-tier.ts";

export type MinuteStates = Readonly<Record<string, Minutes>>;

/** What was measured in the minute that is over, and in those before. */
export interface Look {
  readonly tier: Tier;
  readonly target: TargetMetric;
  readonly minutes: Minutes;
  readonly value: number;
}

export function perMinute(
  name: string,
  sizeOf: (look: Look) => number,
): Scaler<Readonly<Record<string, MinuteStates>>> {
  return perTier(name, (tier, before) => {
    const { seen, scaling, now } = tier;
    const looked = targetsOf(scaling).map((target) => {
      const { minutes, isWhole } = withMeasured(before?.[target.name], now, valueOf(tier, target));
      return { target, minutes, opinions: isWhole ? [opinionOf({ tier, target, minutes }, sizeOf)] : [] };
    });
    const perMetric = looked.flatMap(({ opinions }) => opinions);
    const sizes = perMetric.map(({ replicas = seen.wanted }) => replicas);
    return {
      desired: within(scaling, sizes.length === 0 ? seen.wanted : Math.max(...sizes)),
      perMetric,
      words: perMetric.map((each) => `${each.name} ${each.words}`).join("; ") || "within a minute",
      state: Object.fromEntries(looked.map(({ target, minutes }) => [target.name, minutes])),
    };
  });
}

function opinionOf(look: Omit<Look, "value">, sizeOf: (look: Look) => number): MetricRecommendation {
  const { name, metric, target } = look.target;
  const base = { tier: look.tier.seen.name, name, metric, target };
  const value = look.minutes.points.at(-1);
  if (value === undefined || value === null) return { ...base, words: "is missing: no action" };
  const words = `is ${formatMetric(metric, value)} of ${formatMetric(metric, target)}`;
  return { ...base, value, replicas: sizeOf({ ...look, value }), words };
}
