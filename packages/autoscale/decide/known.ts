/** What is known of a tier: what was measured now, and what was learned of it up to now. */
import type { TierLook } from "./bottleneck.ts";
import { costs } from "./chain.ts";
import { collect } from "./collect.ts";
import { learn, type Demand } from "./demand.ts";
import type { Front } from "./front.ts";
import type { Observation, TierObservation } from "./observation.ts";
import type { MetricName, TierPolicy } from "./policy.ts";
import type { TierState } from "./state.ts";

export interface Known {
  readonly policy: TierPolicy;
  readonly look: TierLook;
  readonly state: TierState;
}

export function known(
  policy: TierPolicy,
  seen: TierObservation,
  before: TierState,
  front: Front,
  at: Observation["at"],
): Known {
  const { totals, readings } = collect(seen, before.totals, at);
  const isSteady = !seen.rollout && seen.warming === 0;
  const demand: Partial<Record<MetricName, Demand>> = { ...before.demand };
  for (const metric of costs) {
    const usage = totals[metric];
    if (!isSteady || front.answered === undefined || usage === undefined || readings[metric]?.missing !== 0) continue;
    const learned = learn(before.demand[metric], at, front.answered, usage.slow);
    if (learned !== undefined) demand[metric] = learned;
  }
  const load = front.rate === undefined || seen.ready === 0 ? undefined : front.rate / seen.ready;
  // Another program carries something else.
  const carriedBefore = seen.rollout ? undefined : before.carried;
  const isWell = isSteady && load !== undefined && front.strain !== undefined && front.strain <= 1;
  const carried = isWell ? Math.max(load, carriedBefore ?? 0) : carriedBefore;
  const { carried: _, ...kept } = before;
  return {
    policy,
    look: {
      name: policy.name,
      seen,
      readings,
      ...(load === undefined ? {} : { load }),
      ...(carried === undefined ? {} : { carried }),
    },
    state: { ...kept, totals, demand, ...(carried === undefined ? {} : { carried }) },
  };
}
