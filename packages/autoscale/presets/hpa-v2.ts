/** Kubernetes' HorizontalPodAutoscaler, autoscaling/v2: ratio of metric and target, windows, rate policies. */
import { seconds, type Instant } from "@netwright/base";
import { isLatency } from "../decide/collect.ts";
import { limit, withChange } from "../decide/limit.ts";
import type { Behavior, TargetMetric } from "../decide/policy.ts";
import { enough } from "../decide/recommend.ts";
import { stabilise } from "../decide/stabilise.ts";
import type { Change, Mark } from "../decide/state.ts";
import type { MetricRecommendation, Scaler } from "../decide/types.ts";
import { formatMetric } from "../decide/words.ts";
import { meanOf, noMean, withValue, type Mean } from "./mean.ts";
import { perTier, targetsOf, valueOf, within, type Tier, type Verdict } from "./per-tier.ts";

/** The documented defaults. */
export const hpaDefaults: Behavior = {
  scaleUp: {
    stabilizationWindow: seconds(0),
    policies: [
      { type: "Percent", value: 100, period: seconds(15) },
      { type: "Instances", value: 4, period: seconds(15) },
    ],
    selectPolicy: "Max",
    tolerance: 0.1,
  },
  scaleDown: {
    stabilizationWindow: seconds(300),
    policies: [{ type: "Percent", value: 100, period: seconds(15) }],
    selectPolicy: "Max",
    tolerance: 0.1,
  },
};

/** `--horizontal-pod-autoscaler-sync-period`, and the resolution of the metrics that it is given. */
const syncPeriod = seconds(15);

export interface HpaTier {
  readonly syncedAt?: Instant;
  /** Since the last look, by name of metric. */
  readonly means: Readonly<Record<string, Mean>>;
  readonly highs: readonly Mark[];
  readonly lows: readonly Mark[];
  readonly changes: readonly Change[];
}

export function hpaV2(behavior: Behavior = hpaDefaults): Scaler<Readonly<Record<string, HpaTier>>> {
  return perTier("hpa-v2", (tier, before = { means: {}, highs: [], lows: [], changes: [] }) => {
    const means = Object.fromEntries(
      targetsOf(tier.scaling).map((target) => [
        target.name,
        withValue(before.means[target.name] ?? noMean, valueOf(tier, target)),
      ]),
    );
    const isDue = before.syncedAt === undefined || tier.now - before.syncedAt >= syncPeriod;
    if (!isDue)
      return { desired: tier.seen.wanted, perMetric: [], words: "between two syncs", state: { ...before, means } };
    return sync(tier, behavior, { ...before, means });
  });
}

function sync(tier: Tier, behavior: Behavior, state: HpaTier): Verdict<HpaTier> {
  const { seen, scaling, now } = tier;
  const { wanted } = seen;
  const perMetric = targetsOf(scaling).map((target) =>
    recommendation(tier, behavior, target, meanOf(state.means[target.name] ?? noMean)),
  );
  const sizes = perMetric.flatMap(({ replicas }) => (replicas === undefined ? [] : [replicas]));
  const most = sizes.length === 0 ? wanted : Math.max(...sizes);
  // A metric that cannot be read forbids shrinking.
  const asked = sizes.length < perMetric.length ? Math.max(most, wanted) : most;
  const stable = stabilise(state, { at: now, wanted, asked }, behavior);
  const rules = stable.replicas > wanted ? behavior.scaleUp : behavior.scaleDown;
  const limited = limit(state.changes, { at: now, wanted, asked: stable.replicas }, rules);
  const desired = within(scaling, limited.replicas);
  return {
    desired,
    perMetric,
    words: perMetric.map(({ name, words }) => `${name} ${words}`).join("; "),
    state: {
      syncedAt: now,
      means: {},
      highs: stable.highs,
      lows: stable.lows,
      changes: withChange(state.changes, { at: now, by: desired - wanted }, Object.values(behavior)),
    },
  };
}

function recommendation(
  { seen }: Tier,
  { scaleUp, scaleDown }: Behavior,
  { name, metric, target }: TargetMetric,
  value: number | undefined,
): MetricRecommendation {
  const base = { tier: seen.name, name, metric, target };
  if (value === undefined) return { ...base, words: "is missing" };
  const replicas = hpaReplicas({
    value,
    target,
    current: seen.wanted,
    ready: seen.ready,
    missing: isLatency(metric) ? 0 : Math.max(0, seen.ready - (seen.metrics[metric]?.instances ?? 0)),
    notReady: isLatency(metric) ? 0 : seen.warming,
    tolerance: { up: scaleUp.tolerance, down: scaleDown.tolerance },
  });
  return { ...base, value, replicas, words: `is ${formatMetric(metric, value)} of ${formatMetric(metric, target)}` };
}

export interface HpaQuestion {
  /** Of one instance that reports. */
  readonly value: number;
  readonly target: number;
  readonly current: number;
  readonly ready: number;
  /** Ready, but nothing is known of them. */
  readonly missing: number;
  readonly notReady: number;
  readonly tolerance: { readonly up: number; readonly down: number };
}

/** desired = ceil(current x value / target), with instances that say nothing taken for what holds the change back. */
export function hpaReplicas(question: HpaQuestion): number {
  const { value, target, current, ready, missing, notReady, tolerance } = question;
  const ratio = value / target;
  const isWithin = (each: number): boolean => each <= 1 + tolerance.up && each >= 1 - tolerance.down;
  const withNotReady = notReady > 0 && ratio > 1;
  if (!withNotReady && missing === 0) return isWithin(ratio) ? current : enough(ratio * ready);
  const reporting = ready - missing;
  const counted = ready + (withNotReady ? notReady : 0);
  const assumed = ratio < 1 ? missing * target : 0;
  const corrected = (value * reporting + assumed) / (target * counted);
  const flips = ratio > 1 !== corrected > 1 && ratio !== 1;
  if (isWithin(corrected) || flips) return current;
  const replicas = enough(corrected * counted);
  return corrected < 1 ? Math.min(current, replicas) : Math.max(current, replicas);
}
