/** One tier of a simulation: its instances, the requests that wait for them, and what is paid. */
import type { TierPolicy } from "../decide/policy.ts";
import { randomOf } from "../traces/random.ts";
import { advance, fleetOf, resize, sizeOf, strengthOf, youngOf, type Fleet } from "./fleet.ts";
import { createHistory, type History } from "./history.ts";
import { startUpSpan, type TierModel } from "./model.ts";
import { qualityMeter, type Quality } from "./quality.ts";
import { createSeries, type Series } from "./series.ts";

/** One tier over the whole run. */
export interface TierResult extends Quality {
  readonly name: string;
  /** Everything paid for: starting, serving and draining. */
  readonly instanceHours: number;
  /** The same of somebody who knows the future: demand, and not less than `min`. */
  readonly oracleHours: number;
  /** Changes of what was wanted. */
  readonly actions: number;
  readonly most: number;
  readonly series: Series;
}

export interface SimulatedTier {
  readonly model: TierModel;
  readonly policy: TierPolicy;
  readonly fleet: Fleet;
  readonly history: History;
  wanted: number;
  /** One second. @param offered requests that arrive. @param demand instances that the objective asks for */
  pass(now: number, offered: number, demand: number): Passed;
  /** To what was decided. */
  resize(now: number, wanted: number): void;
  /** Serving, but not for as long as the policy's warm-up. */
  young(now: number): number;
  result(): TierResult;
}

/** What became of a second's requests. */
export interface Passed {
  readonly served: number;
  /** Gave up waiting. */
  readonly failed: number;
  readonly backlog: number;
  /** Requests that could have been served. */
  readonly capacity: number;
}

export interface TierSetup {
  readonly model: TierModel;
  readonly policy: TierPolicy;
  readonly seed: number;
  /** Instances at the start, all serving. */
  readonly replicas: number;
  /** Seconds of the run. */
  readonly length: number;
}

export function simulatedTier({ model, policy, seed, replicas, length }: TierSetup): SimulatedTier {
  const { metrics } = model;
  const random = randomOf(seed, `start-up of ${model.name}`);
  const fleet = fleetOf(replicas);
  const history = createHistory(Math.ceil((metrics.delay + metrics.window) / 1000) + 1);
  const meter = qualityMeter();
  const series = createSeries(length);
  const warmUp = model.warmUp / 1000;
  const policyWarmUp = (policy.scaling?.warmUp ?? 0) / 1000;
  const least = policy.scaling?.min ?? 0;
  let [backlog, paid, oracle, actions, most] = [0, 0, 0, 0, replicas];

  const queue = (offered: number, capacity: number): Passed => {
    const served = Math.min(backlog + offered, capacity);
    const left = backlog + offered - served;
    backlog = Math.min(left, Math.max(capacity, model.capacity) * (model.patience / 1000));
    return { served, failed: left - backlog, backlog, capacity };
  };
  const young = (now: number): number => youngOf(fleet, now, policyWarmUp);

  const tier: SimulatedTier = {
    model,
    policy,
    fleet,
    history,
    wanted: replicas,
    young,
    pass: (now, offered, demand) => {
      advance(fleet, now);
      const passed = queue(offered, strengthOf(fleet, now, warmUp) * model.capacity);
      const serving = fleet.serving.length;
      history.add({ offered, ...passed, serving, warm: serving - young(now) });
      const needed = Math.max(demand, least);
      meter.add(needed, serving, 1);
      paid += sizeOf(fleet);
      oracle += needed;
      most = Math.max(most, serving);
      series.add(needed, serving);
      return passed;
    },
    resize: (now, wanted) => {
      if (wanted === tier.wanted) return;
      actions += 1;
      tier.wanted = wanted;
      const startUp = (): number => Math.max(1, Math.round(startUpSpan(model.startUp, random.normal()) / 1000));
      resize(fleet, { now, wanted, startUp, drain: Math.round(model.drain / 1000) });
    },
    result: () => ({
      name: model.name,
      instanceHours: paid / 3600,
      oracleHours: oracle / 3600,
      actions,
      most,
      ...meter.quality(),
      series: series.end(),
    }),
  };
  return tier;
}
