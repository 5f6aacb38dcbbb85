/** Policies, traces and scalers for tests of the simulation. */
import { seconds, type Instant } from "@netwright/base";
import type { Policy } from "../decide/policy.ts";
import type { Scaler } from "../decide/types.ts";
import { hpaDefaults } from "../presets/hpa-v2.ts";
import type { Trace } from "../traces/trace.ts";
import { defaultTierModel, type TierModel } from "./model.ts";
import { createSimulation, type Result, type Setup } from "./simulation.ts";

/** Every tier scales from 1 to 50 by requests, 70 a second for each instance. */
export const policyFor = (...names: readonly string[]): Policy => ({
  service: "service/shop",
  tiers: names.map((name) => ({
    name,
    scaling: {
      min: 1,
      max: 50,
      metrics: [{ kind: "Target", name: "requests", metric: "requestsPerSecond", target: 70 }],
      behavior: hpaDefaults,
      warmUp: seconds(10),
      pause: { directions: [], metrics: [] },
    },
  })),
});

/** Without chance: starts take exactly 30 s, nothing warms up, metrics are exact and at once. */
export const plainModel = (name: string): TierModel => ({
  ...defaultTierModel,
  name,
  startUp: { median: seconds(30), p90: seconds(30) },
  warmUp: seconds(0),
  metrics: { delay: seconds(0), window: seconds(1), noise: 0, loss: 0 },
});

/** Rates in steps of a minute. */
export const traceOf = (...rates: readonly number[]): Trace => ({
  name: "test",
  start: 0 as Instant,
  step: seconds(60),
  rates: Float64Array.from(rates),
});

/** Wants a size from a second on: pairs in the order of time. For the first tier. */
export function scripted(...wishes: readonly (readonly [second: number, replicas: number])[]): Scaler {
  return {
    name: "scripted",
    decide: (policy, { at }) => {
      const wish = wishes.findLast(([second]) => second * 1000 <= at);
      const name = policy.tiers[0]?.name ?? "";
      const desired = wish === undefined ? {} : { [name]: wish[1] };
      return { at, desired, perMetric: [], stages: [], reasons: [], state: undefined };
    },
  };
}

export function simulated(setup: Partial<Setup> & Pick<Setup, "scaler" | "trace">): Result {
  const names = setup.models?.map(({ name }) => name) ?? ["web"];
  const simulation = createSimulation({
    policy: policyFor(...names),
    models: names.map(plainModel),
    seed: 1,
    interval: seconds(1),
    window: seconds(1),
    ...setup,
  });
  simulation.advance(Infinity);
  return simulation.result();
}
