/** What a scaler is shown of a simulation: late, averaged, noisy, and sometimes not at all. */
import { milliseconds, type Instant, type Milliseconds } from "@netwright/base";
import type { FrontDoor, Observation, Sample, TierObservation } from "../decide/observation.ts";
import { randomOf } from "../traces/random.ts";
import type { Moment } from "./history.ts";
import { meanLatency, tail, type TierModel } from "./model.ts";
import type { SimulatedTier } from "./tier.ts";

type Metrics = TierObservation["metrics"];

/** @param now the end of the second that was passed last, in seconds since `start` */
export type Observe = (now: number) => Observation;

export interface ObserveSetup {
  readonly start: Instant;
  readonly seed: number;
  /** Values are means over so long, or over the tier's own window where that is longer. */
  readonly window: Milliseconds;
}

export function observer(tiers: readonly SimulatedTier[], { start, seed, window }: ObserveSetup): Observe {
  const random = randomOf(seed, "metrics");
  const seen = new Map<string, Metrics>();
  let front: FrontDoor = {};
  const look = (now: number, tier: SimulatedTier): Look => {
    const { metrics } = tier.model;
    const span = Math.max(window, metrics.window) / 1000;
    const moment = tier.history.mean(Math.round(metrics.delay / 1000), Math.round(span));
    const factor = Math.max(0, 1 + deviation(moment.offered * span, metrics.noise) * random.normal());
    const at = milliseconds(now * 1000 - metrics.delay);
    return { moment, factor, at: (start + at) as Instant, lost: random.uniform() < metrics.loss };
  };
  return (now) => {
    const looks = tiers.map((tier) => ({ tier, look: look(now, tier) }));
    for (const { tier, look: each } of looks) if (!each.lost) seen.set(tier.model.name, metricsOf(tier.model, each));
    if (looks.every(({ look: each }) => !each.lost)) front = frontOf(looks);
    return {
      at: (start + now * 1000) as Instant,
      front,
      tiers: tiers.map((tier) => tierOf(tier, now, seen.get(tier.model.name) ?? {})),
    };
  };
}

interface Look {
  readonly moment: Moment;
  /** What noise makes of a load. */
  readonly factor: number;
  readonly at: Instant;
  readonly lost: boolean;
}

/** Arrivals are counted, so that few of them are uncertain by themselves (Poisson); measuring adds its own. */
const deviation = (count: number, noise: number): number =>
  noise === 0 ? 0 : Math.sqrt((count > 0 ? 1 / count : 0) + noise * noise);

function tierOf(tier: SimulatedTier, now: number, metrics: Metrics): TierObservation {
  const young = tier.young(now);
  const { serving, starting, draining } = tier.fleet;
  return {
    name: tier.model.name,
    wanted: tier.wanted,
    ready: serving.length - young,
    warming: young + starting.length,
    draining: draining.length,
    rollout: false,
    metrics,
  };
}

function metricsOf(model: TierModel, { moment, factor, at }: Look): Metrics {
  const { warm, serving, served, capacity, offered, backlog } = moment;
  if (warm <= 0) return {};
  const share = serving === 0 ? 0 : warm / serving;
  const busy = Math.min(1, (capacity === 0 ? 1 : served / capacity) * factor);
  const latency = meanLatency(model, busy);
  const wait = waitOf(moment);
  const of = (value: number): Sample => ({ at, value, instances: warm });
  return {
    cpu: of(busy * warm),
    requestsPerSecond: of(offered * factor * share),
    // Little's law: those that are worked on or wait in an instance, and those that wait for one.
    connections: of(((served * factor * latency) / 1000 + backlog) * share),
    queueLength: of(backlog * share),
    latencyP95: of(latency * tail.p95 + wait),
    latencyP99: of(latency * tail.p99 + wait),
    bandwidth: of(served * factor * model.bits * share),
  };
}

/** Time until the last one in the queue is begun, ms. */
const waitOf = ({ backlog, capacity }: Moment): number =>
  backlog === 0 ? 0 : (1000 * backlog) / Math.max(capacity, 1);

function frontOf(looks: readonly { readonly tier: SimulatedTier; readonly look: Look }[]): FrontDoor {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) return {};
  const { at, factor, moment } = first.look;
  const instances = moment.warm;
  const latency = (quantile: keyof typeof tail): number =>
    looks.reduce((sum, { tier, look }) => {
      const { served, capacity } = look.moment;
      const busy = Math.min(1, (capacity === 0 ? 1 : served / capacity) * look.factor);
      return sum + meanLatency(tier.model, busy) * tail[quantile] + waitOf(look.moment);
    }, 0);
  const of = (value: number): Sample => ({ at, value, instances });
  return {
    arrivals: of((moment.offered * factor) / first.tier.model.calls),
    completions: of((last.look.moment.served * factor) / last.tier.model.calls),
    latencyP95: of(latency("p95")),
    latencyP99: of(latency("p99")),
  };
}
