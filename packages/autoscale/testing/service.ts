/** Services and measurements for tests. */
import { seconds, type Instant } from "@netwright/base";
import type { FrontDoor, Observation, Sample, TierObservation } from "../decide/observation.ts";
import type { Behavior, MetricName, Policy, TierPolicy, TierScaling } from "../decide/policy.ts";

export const start = Date.UTC(2026, 0, 5, 12) as Instant;
export const after = (span: number): Instant => (start + seconds(span)) as Instant;

/** Without windows, limits and pauses: what is asked for is done. */
export const freely: Behavior = {
  scaleUp: { stabilizationWindow: seconds(0), policies: [], selectPolicy: "Max", tolerance: 0.1 },
  scaleDown: { stabilizationWindow: seconds(0), policies: [], selectPolicy: "Max", tolerance: 0.1 },
};

export const scaling = (more: Partial<TierScaling> = {}): TierScaling => ({
  min: 1,
  max: 100,
  metrics: [{ kind: "Target", name: "cpu", metric: "cpu", target: 0.7 }],
  behavior: freely,
  warmUp: seconds(0),
  pause: { directions: [], metrics: [] },
  ...more,
});

export const web = (more: Partial<TierScaling> = {}): TierPolicy => ({ name: "web", scaling: scaling(more) });

export const policyOf = (tiers: readonly TierPolicy[], more: Partial<Policy> = {}): Policy => ({
  service: "service/shop",
  tiers,
  ...more,
});

type Values = Partial<Record<MetricName, number>>;

/** @param values of one instance (of latencies the tier's), just measured */
export function seen(
  name: string,
  ready: number,
  values: Values,
  more: Partial<TierObservation> = {},
): (at: Instant) => TierObservation {
  return (at) => ({
    name,
    wanted: ready + (more.warming ?? 0),
    ready,
    warming: 0,
    draining: 0,
    rollout: false,
    metrics: Object.fromEntries(
      Object.entries(values).map(([metric, value]): [string, Sample] => [
        metric,
        { at, value: metric.startsWith("latency") ? value : value * ready, instances: Math.max(1, ready) },
      ]),
    ),
    ...more,
  });
}

export const observe = (
  at: Instant,
  tiers: readonly ((at: Instant) => TierObservation)[],
  front: Partial<Record<keyof FrontDoor, number>> = {},
): Observation => ({
  at,
  front: Object.fromEntries(Object.entries(front).map(([name, value]) => [name, { at, value, instances: 1 }])),
  tiers: tiers.map((tier) => tier(at)),
});
