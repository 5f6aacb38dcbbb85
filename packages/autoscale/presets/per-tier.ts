/** What the presets have in common: each of a service's tiers is decided alone, as by the systems that they stand for. */
import type { Instant } from "@netwright/base";
import { isFresh, isLatency } from "../decide/collect.ts";
import type { TierObservation } from "../decide/observation.ts";
import type { TargetMetric, TierScaling } from "../decide/policy.ts";
import type { MetricRecommendation, Reason, Scaler, StageLog } from "../decide/types.ts";

export interface Tier {
  readonly seen: TierObservation;
  readonly scaling: TierScaling;
  readonly now: Instant;
}

export interface Verdict<TierState> {
  readonly desired: number;
  readonly perMetric: readonly MetricRecommendation[];
  readonly words: string;
  readonly state: TierState;
}

type States<TierState> = Readonly<Record<string, TierState>>;

export function perTier<TierState>(
  name: string,
  decideOne: (tier: Tier, before: TierState | undefined) => Verdict<TierState>,
): Scaler<States<TierState>> {
  return {
    name,
    decide(policy, { at, tiers }, before) {
      const verdicts = policy.tiers.flatMap(({ name: tier, scaling }) => {
        const seen = tiers.find((each) => each.name === tier);
        if (seen === undefined || scaling === undefined) return [];
        return [{ seen, ...decideOne({ seen, scaling, now: at }, before?.[tier]) }];
      });
      return {
        at,
        desired: Object.fromEntries(verdicts.map(({ seen, desired }) => [seen.name, desired])),
        perMetric: verdicts.flatMap(({ perMetric }) => perMetric),
        stages: verdicts.map(({ seen, desired, words }): StageLog => ({
          stage: "Combine",
          tier: seen.name,
          from: seen.wanted,
          to: desired,
          words,
        })),
        reasons: verdicts.map((verdict) => reasonOf(verdict)),
        state: Object.fromEntries(verdicts.map(({ seen, state }) => [seen.name, state])),
      };
    },
  };
}

function reasonOf({ seen: { name, wanted }, desired, words }: Verdict<unknown> & Pick<Tier, "seen">): Reason {
  if (desired === wanted) return { tier: name, code: "Steady", message: `${name} stays at ${wanted}: ${words}` };
  const message = `${name} ${wanted} -> ${desired}: ${words}`;
  return desired > wanted
    ? { tier: name, direction: "Up", code: "MetricAboveTarget", message }
    : { tier: name, direction: "Down", code: "MetricsBelowTarget", message };
}

/** Targets that it is given; steps and schedules are not in what it knows. */
export const targetsOf = ({ metrics }: TierScaling): readonly TargetMetric[] =>
  metrics.filter((metric) => metric.kind === "Target");

/** Of one instance (of the tier for latencies); undefined: missing. */
export function valueOf({ seen, now }: Tier, { metric }: TargetMetric): number | undefined {
  const sample = seen.metrics[metric];
  if (!isFresh(sample, now)) return undefined;
  return isLatency(metric) ? sample.value : sample.value / sample.instances;
}

export const within = ({ min, max }: TierScaling, replicas: number): number => Math.min(max, Math.max(min, replicas));
