/** Knative's pod autoscaler: averages over a stable and a panic window, and no shrinking while in panic. */
import { seconds, type Instant } from "@netwright/base";
import { enough } from "../decide/recommend.ts";
import type { MetricName, TargetMetric, TierScaling } from "../decide/policy.ts";
import type { Scaler } from "../decide/types.ts";
import { formatMetric } from "../decide/words.ts";
import { perTier, targetsOf, valueOf, within, type Tier, type Verdict } from "./per-tier.ts";

/** config-autoscaler's defaults. */
const stableWindow = seconds(60);
/** 10 percent of the stable window. */
const panicWindow = seconds(6);
/** 200 percent. */
const panicThreshold = 2;
const tick = seconds(2);
const maxScaleUpRate = 1000;
const maxScaleDownRate = 2;

interface Point {
  readonly at: Instant;
  /** Of the whole tier. */
  readonly total: number;
}

export interface KpaTier {
  readonly points: readonly Point[];
  readonly tickedAt?: Instant;
  /** In panic: when the threshold was passed last, and the most that was wanted since it began. */
  readonly panic?: { readonly at: Instant; readonly most: number };
}

/** It knows concurrency and requests; of other metrics the first is taken in their place. */
const known: ReadonlySet<MetricName> = new Set(["requestsPerSecond", "connections"]);

function targetOf(scaling: TierScaling): TargetMetric | undefined {
  const targets = targetsOf(scaling);
  return targets.find(({ metric }) => known.has(metric)) ?? targets[0];
}

export const knativeKpa: Scaler<Readonly<Record<string, KpaTier>>> = perTier("knative-kpa", (tier, before) => {
  const { seen, scaling, now } = tier;
  const target = targetOf(scaling);
  const value = target === undefined ? undefined : valueOf(tier, target);
  // Who finds more than one instance at its start was restarted, and cannot know what it missed.
  const state = before ?? { points: [], ...(seen.ready > 1 ? { panic: { at: now, most: seen.ready } } : {}) };
  const news = value === undefined ? [] : [{ at: now, total: value * seen.ready }];
  const points = [...state.points.filter(({ at }) => at > now - stableWindow), ...news];
  const isDue = state.tickedAt === undefined || now - state.tickedAt >= tick;
  if (!isDue || target === undefined || points.length === 0)
    return { desired: seen.wanted, perMetric: [], words: "between two ticks", state: { ...state, points } };
  return decideTick(tier, target, { ...state, points });
});

function decideTick({ seen, scaling, now }: Tier, target: TargetMetric, state: KpaTier): Verdict<KpaTier> {
  const panicPoints = state.points.filter(({ at }) => at > now - panicWindow);
  const stable = meanOf(state.points);
  const panicking = panicPoints.length === 0 ? stable : meanOf(panicPoints);
  const ready = Math.max(1, seen.ready);
  const clamp = (size: number): number =>
    Math.min(Math.max(size, Math.floor(ready / maxScaleDownRate)), Math.ceil(maxScaleUpRate * ready));
  const asked = enough(panicking / target.target);
  const size = clamp(enough(stable / target.target));
  const panic = nextPanic(state.panic, asked / ready >= panicThreshold, Math.max(size, clamp(asked)), now);
  const desired = within(scaling, panic?.most ?? size);
  const words = `${formatMetric(target.metric, stable)} over a minute, ${formatMetric(target.metric, panicking)} over 6 s${panic === undefined ? "" : ": panic"}`;
  return {
    desired,
    perMetric: [
      {
        tier: seen.name,
        name: target.name,
        metric: target.metric,
        value: stable / ready,
        target: target.target,
        replicas: desired,
        words,
      },
    ],
    words,
    state: { points: state.points, tickedAt: now, ...(panic === undefined ? {} : { panic }) },
  };
}

/** Left when the threshold was not passed for one stable window. */
function nextPanic(panic: KpaTier["panic"], isOver: boolean, size: number, now: Instant): KpaTier["panic"] {
  const at = isOver ? now : panic?.at;
  if (at === undefined || (!isOver && at + stableWindow < now)) return undefined;
  return { at, most: Math.max(size, panic?.most ?? 0) };
}

const meanOf = (points: readonly Point[]): number => points.reduce((sum, { total }) => sum + total, 0) / points.length;
