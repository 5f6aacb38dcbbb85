/**
 * A policy against a trace: a fluid model of the tiers in steps of one second, and the very decision function that runs
 * in production. The same setup gives the same result, on every machine. Pure.
 */
import { NetwrightError, type Milliseconds } from "@netwright/base";
import type { Policy } from "../decide/policy.ts";
import type { Scaler } from "../decide/types.ts";
import { lengthOf, type Trace } from "../traces/trace.ts";
import { usualUtilisationMax, utilisationMax, type TierModel } from "./model.ts";
import { observer, type Observe } from "./observe.ts";
import { percent } from "./quality.ts";
import { simulatedTier, type SimulatedTier, type TierResult } from "./tier.ts";
import { violationMeter, type Violations } from "./violations.ts";

export interface Setup {
  readonly policy: Policy;
  readonly scaler: Scaler;
  readonly trace: Trace;
  /** Of the tiers that can be short of capacity, in the order of the policy. */
  readonly models: readonly TierModel[];
  readonly seed: number;
  /** From one decision to the next; whole seconds. */
  readonly interval: Milliseconds;
  /** Metrics are means over so long, for a scaler whose own metrics are. */
  readonly window: Milliseconds;
}

export interface Result extends Violations {
  readonly scaler: string;
  readonly seed: number;
  readonly instanceHours: number;
  readonly oracleHours: number;
  /** Instance-hours to those of somebody who knows the future. */
  readonly cost: number;
  readonly actions: number;
  readonly tiers: readonly TierResult[];
}

export interface Simulation {
  /** Seconds of the trace. */
  readonly length: number;
  /** At most so many seconds more. @returns seconds done */
  advance(seconds: number): number;
  /** When all of it is done. */
  result(): Result;
}

/** @throws NW1203 when the objective cannot be held by this model, NW1205 when model and policy do not fit */
export function createSimulation(setup: Setup): Simulation {
  const { trace, scaler, seed } = setup;
  const length = lengthOf(trace) / 1000;
  const limit = utilisationLimit(setup);
  const tiers = tiersOf(setup, limit, length);
  const violations = violationMeter(length);
  const window = Math.max(setup.window, 1000) as Milliseconds;
  const chain: Chain = { tiers, limit, violations, observe: observer(tiers, { start: trace.start, seed, window }) };
  const [perStep, interval] = [trace.step / 1000, setup.interval / 1000];
  let [now, state]: [number, unknown] = [0, undefined];
  return {
    length,
    advance: (seconds) => {
      const until = Math.min(length, now + seconds);
      for (; now < until; now += 1) {
        pass(chain, now, trace.rates[Math.floor(now / perStep)] ?? 0);
        // Between this second and the next.
        if ((now + 1) % interval === 0) state = decide(chain, setup, now + 1, state);
      }
      return now;
    },
    result: () => resultOf(scaler.name, seed, tiers, violations.end()),
  };
}

interface Chain {
  readonly tiers: readonly SimulatedTier[];
  /** Utilisation up to which the objective holds. */
  readonly limit: number;
  readonly violations: ReturnType<typeof violationMeter>;
  readonly observe: Observe;
}

/** One second: what a tier answers is what the next one is asked. */
function pass({ tiers, limit, violations }: Chain, now: number, rate: number): void {
  // Requests at the front door that have come so far.
  let through = rate;
  let [failed, violated] = [0, false];
  for (const tier of tiers) {
    const { calls, capacity } = tier.model;
    const offered = through * calls;
    // Of the whole traffic: a tier that starves behind a bottleneck still needs what the objective asks for.
    const demand = Math.max(1, Math.ceil((rate * calls) / (capacity * limit) - rounding));
    const passed = tier.pass(now, offered, demand);
    violated ||= offered > passed.capacity * limit * (1 + rounding) || passed.backlog > 0;
    failed += passed.failed / calls;
    through = passed.served / calls;
  }
  violations.add({ requests: rate, failed, violated });
}

/** Rates are sums of fractions: an exact fit is not short by the last bit. */
const rounding = 1e-9;

function decide({ tiers, observe }: Chain, { scaler, policy }: Setup, now: number, state: unknown): unknown {
  const decision = scaler.decide(policy, observe(now), state);
  for (const tier of tiers) {
    const wanted = decision.desired[tier.model.name];
    if (wanted !== undefined) tier.resize(now, wanted);
  }
  return decision.state;
}

function utilisationLimit({ policy, models }: Setup): number {
  const { latencyP95, latencyP99 } = policy.objective ?? {};
  const limits = [
    ...(latencyP95 === undefined ? [] : [utilisationMax(models, latencyP95, "p95")]),
    ...(latencyP99 === undefined ? [] : [utilisationMax(models, latencyP99, "p99")]),
  ];
  const limit = limits.length === 0 ? usualUtilisationMax : Math.min(...limits);
  if (limit > 0) return limit;
  throw new NetwrightError("NW1203", "the objective cannot be met: idle instances already take longer", {
    hint: "allow more time, or say with --capacity and --workers how quick an instance is",
  });
}

function tiersOf({ policy, models, trace, seed }: Setup, limit: number, length: number): readonly SimulatedTier[] {
  return models.map((model) => {
    const tier = policy.tiers.find(({ name }) => name === model.name);
    if (tier === undefined)
      throw new NetwrightError("NW1205", `the model has a tier ${model.name}, which the service has not`, {
        hint: `its tiers are ${policy.tiers.map(({ name }) => name).join(", ")}`,
      });
    const first = Math.ceil(((trace.rates[0] ?? 0) * model.calls) / (model.capacity * limit));
    const { min = 1, max = Infinity } = tier.scaling ?? {};
    const replicas = Math.min(max, Math.max(min, model.replicas ?? first, 1));
    return simulatedTier({ model, policy: tier, seed, replicas, length });
  });
}

function resultOf(scaler: string, seed: number, tiers: readonly SimulatedTier[], violations: Violations): Result {
  const results = tiers.map((tier) => tier.result());
  const sum = (of: (tier: TierResult) => number): number => results.reduce((total, tier) => total + of(tier), 0);
  const [instanceHours, oracleHours] = [sum((tier) => tier.instanceHours), sum((tier) => tier.oracleHours)];
  return {
    scaler,
    seed,
    instanceHours,
    oracleHours,
    cost: percent(instanceHours, oracleHours) / 100,
    actions: sum((tier) => tier.actions),
    ...violations,
    tiers: results,
  };
}
