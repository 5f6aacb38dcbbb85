/** The model of each tier of a service, from what its manifest says and what the options say. Pure. */
import { defaultTierModel, type Policy, type TierModel, type TierPolicy } from "@netwright/autoscale";
import { NetwrightError } from "@netwright/base";
import type { ByTier, SimulateOptions } from "./options.ts";

type Values = Pick<
  SimulateOptions,
  "capacity" | "workers" | "calls" | "startUp" | "warmUp" | "drain" | "metricDelay" | "metricNoise" | "metricLoss"
>;

/** A target on the request rate is usually set at so much of what an instance can answer. */
const usualTarget = 0.7;

/**
 * Of the tiers that are scaled, and of those that an option gives a capacity; all others never run short.
 * @param replicas as the manifest has them, by tier
 * @throws NW1001 for options that name no tier of the service, NW1205 when nothing of it is scaled
 */
export function modelsOf(
  policy: Policy,
  replicas: Readonly<Record<string, number>>,
  options: Values,
): readonly TierModel[] {
  refuseUnknown(policy, options);
  if (policy.tiers.every(({ scaling }) => scaling === undefined))
    throw new NetwrightError("NW1205", `no tier of ${policy.service} has autoscale, so there is nothing to try`, {
      subject: policy.service,
      hint: "write autoscale into a tier: netwright explain service.spec.tiers.autoscale",
    });
  return policy.tiers
    .filter(({ name, scaling }) => scaling !== undefined || options.capacity.some(({ tier }) => tier === name))
    .map((tier) => modelOf(tier, replicas[tier.name], options));
}

function modelOf({ name, scaling, ...tier }: TierPolicy, replicas: number | undefined, options: Values): TierModel {
  const own = <T>(values: readonly ByTier<T>[], otherwise: T): T =>
    (values.findLast((each) => each.tier === name) ?? values.findLast((each) => each.tier === undefined))?.value ??
    otherwise;
  const usual = defaultTierModel;
  return {
    ...usual,
    name,
    capacity: own(options.capacity, guessedCapacity({ name, ...tier, ...(scaling === undefined ? {} : { scaling }) })),
    workers: own(options.workers, usual.workers),
    calls: own(options.calls, usual.calls),
    startUp: own(options.startUp, usual.startUp),
    warmUp: own(options.warmUp, usual.warmUp),
    drain: own(options.drain, usual.drain),
    metrics: {
      ...usual.metrics,
      delay: options.metricDelay,
      noise: options.metricNoise,
      loss: options.metricLoss,
    },
    // A tier that is not scaled has what is written; one that is begins with what the traffic needs.
    ...(scaling === undefined && replicas !== undefined ? { replicas } : {}),
  };
}

function guessedCapacity({ scaling }: TierPolicy): number {
  for (const metric of scaling?.metrics ?? [])
    if (metric.kind === "Target" && metric.metric === "requestsPerSecond") return metric.target / usualTarget;
  return defaultTierModel.capacity;
}

function refuseUnknown({ tiers, service }: Policy, options: Values): void {
  const names = tiers.map(({ name }) => name);
  const lists = [options.capacity, options.workers, options.calls, options.startUp, options.warmUp, options.drain];
  for (const { tier } of lists.flat() as readonly ByTier<unknown>[])
    if (tier !== undefined && !names.includes(tier))
      throw new NetwrightError("NW1001", `${service} has no tier ${tier}`, { hint: `its tiers: ${names.join(", ")}` });
}

/** What the tier that is full first serves with all its instances: a shape that asks for more tries nothing but `max`. */
export function affordablePeak(policy: Policy, models: readonly TierModel[]): number {
  const peaks = models.map(({ name, capacity, calls, replicas }) => {
    const max = policy.tiers.find((tier) => tier.name === name)?.scaling?.max ?? replicas ?? 1;
    return (max * capacity * usualTarget) / calls;
  });
  return Math.min(...peaks);
}
