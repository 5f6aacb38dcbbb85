/** How a tier behaves: what a simulation believes about it. All of it can be measured in a load test. Pure. */
import { milliseconds, seconds, type Milliseconds } from "@netwright/base";

export interface TierModel {
  readonly name: string;
  /** Requests a second that one instance answers when it does nothing else. */
  readonly capacity: number;
  /** Requests that one instance works on at the same time. */
  readonly workers: number;
  /** Requests to this tier for each one at the front door. */
  readonly calls: number;
  /** Of one request, both ways. */
  readonly bits: number;
  /** From the decision to readiness: log-normal, by its median and by what nine of ten are within. */
  readonly startUp: { readonly median: Milliseconds; readonly p90: Milliseconds };
  /** An instance that has become ready begins with half of its capacity and has all of it after so long. */
  readonly warmUp: Milliseconds;
  /** An instance that is to go takes nothing new, and is paid for so long. */
  readonly drain: Milliseconds;
  /** Requests that have waited so long are given up. */
  readonly patience: Milliseconds;
  readonly metrics: MetricModel;
  /** Before anything is decided. Absent: what the first step of the trace needs. */
  readonly replicas?: number;
}

export interface MetricModel {
  /** From the end of what was measured until it is seen. */
  readonly delay: Milliseconds;
  /** Values are means over so long. */
  readonly window: Milliseconds;
  /** Standard deviation as a share of the value, beside that of the arrivals themselves; 0: exact, without either. */
  readonly noise: number;
  /** Share of measurements that never arrive. */
  readonly loss: number;
}

/** A small web server in a container, seen by agents that report every second. */
export const defaultTierModel: Omit<TierModel, "name"> = {
  capacity: 100,
  workers: 1,
  calls: 1,
  bits: 100_000,
  startUp: { median: seconds(5), p90: seconds(10) },
  warmUp: seconds(10),
  drain: seconds(10),
  patience: seconds(5),
  metrics: { delay: seconds(1), window: seconds(1), noise: 0.02, loss: 0 },
};

/** Where no objective says otherwise: busier than this an instance is too slow. */
export const usualUtilisationMax = 0.8;

/** Mean time in the tier at a utilisation below 1: work and wait, ms. Sakasegawa's approximation of M/M/c (1977). */
export function meanLatency(
  { capacity, workers }: Pick<TierModel, "capacity" | "workers">,
  utilisation: number,
): number {
  const work = (1000 * workers) / capacity;
  const busy = Math.min(utilisation, busiest);
  return work * (1 + busy ** (Math.sqrt(2 * (workers + 1)) - 1) / (workers * (1 - busy)));
}

/** Beyond this a fluid model has nothing to say about chance; the backlog says the rest. */
const busiest = 0.99;

/** Quantile to mean of an exponential distribution, which the time in M/M/1 has. */
export const tail = { p95: Math.log(20), p99: Math.log(100) } as const;

/**
 * The utilisation up to which the objective holds, all tiers being equally busy; tails of tiers are added, which is on
 * the safe side. 0: it cannot be held even by idle instances.
 */
export function utilisationMax(
  tiers: readonly TierModel[],
  latency: Milliseconds,
  quantile: keyof typeof tail,
): number {
  const at = (utilisation: number): number =>
    tiers.reduce((sum, tier) => sum + meanLatency(tier, utilisation) * tail[quantile], 0);
  if (at(0) > latency) return 0;
  let [low, high] = [0, busiest];
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    if (at(middle) <= latency) low = middle;
    else high = middle;
  }
  return low;
}

/** The log-normal quotient of its 90th percentile to its median is exp(z sigma), z = 1.2816. */
export function startUpSpan({ median, p90 }: TierModel["startUp"], normal: number): Milliseconds {
  const sigma = median === 0 ? 0 : Math.log(Math.max(1, p90 / median)) / 1.2815515655446004;
  return milliseconds(Math.round(median * Math.exp(sigma * normal)));
}
