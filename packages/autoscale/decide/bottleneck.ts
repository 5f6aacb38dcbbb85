/**
 * Stage Bottleneck: when the objective is missed, which tier is the cause, and whether more of it would help. Evidence in
 * this order: instances that are used up or have a queue (the rearmost such tier: those in front only wait for it); else the
 * tier in which the time passes, if it has more to carry than it ever carried well.
 */
import type { Readings } from "./collect.ts";
import type { TierObservation } from "./observation.ts";
import { formatMetric, formatRate } from "./words.ts";

export interface TierLook {
  readonly name: string;
  readonly seen: TierObservation;
  readonly readings: Readings;
  /** Requests at the front door for each ready instance, 1/s. */
  readonly load?: number;
  /** The most of it at which the objective was met. */
  readonly carried?: number;
}

export interface Finding {
  /** The cause; absent where no tier is. */
  readonly tier?: string;
  /** More instances of it are the cure, as far as can be told. */
  readonly helps: boolean;
  /** What it rests on. `Time` is a guess: only trying tells whether more instances are faster. */
  readonly evidence: "Cpu" | "Queue" | "Time";
  /** Why. */
  readonly message: string;
}

const usedUp = 0.9;
const queued = 1;
/** Above what it carried well by this share, it is the load that makes it slow. */
const overload = 1.1;

interface Saturation {
  readonly evidence: "Cpu" | "Queue";
  readonly message: string;
}

/** Why its instances are at their limit; undefined while they are not. */
export function saturation({ readings: { cpu, queueLength } }: TierLook): Saturation | undefined {
  if (cpu !== undefined && cpu.value >= usedUp)
    return { evidence: "Cpu", message: `its instances use ${formatMetric("cpu", cpu.value)} of their CPU` };
  if (queueLength === undefined || queueLength.value < queued) return undefined;
  const waiting = formatMetric("queueLength", queueLength.value);
  return { evidence: "Queue", message: `${waiting} requests wait for each of its instances` };
}

/** @param tiers in the order in which a request passes them */
export function findBottleneck(tiers: readonly TierLook[]): Finding {
  const found = tiers.toReversed().flatMap((tier) => {
    const saturated = saturation(tier);
    return saturated === undefined ? [] : [{ tier: tier.name, helps: true, ...saturated }];
  });
  return found[0] ?? byTime(tiers);
}

function byTime(tiers: readonly TierLook[]): Finding {
  const slowest = slowestOf(tiers);
  if (slowest === undefined)
    return { helps: false, evidence: "Time", message: "no tier is busy, and none tells where the time passes" };
  const { tier, own } = slowest;
  const base = { tier: tier.name, evidence: "Time" } as const;
  const passes = `${formatMetric("latencyP99", own)} pass in ${tier.name}`;
  if (tier.load === undefined || tier.carried === undefined) return { ...base, helps: true, message: passes };
  const [now, well] = [formatRate(tier.load), formatRate(tier.carried)];
  if (tier.load > overload * tier.carried)
    return {
      ...base,
      helps: true,
      message: `${passes}, which has ${now} for each instance and carried up to ${well} well`,
    };
  const message = `${passes}, which carried as much before (${now} for each instance): what it waits for is slow`;
  return { ...base, helps: false, message };
}

/** Where most of the time passes: a tier's latency without that of the tier behind it. */
function slowestOf(tiers: readonly TierLook[]): { readonly tier: TierLook; readonly own: number } | undefined {
  const owns = tiers.flatMap((tier, index) => {
    const all = latencyOf(tier);
    const behind = tiers
      .slice(index + 1)
      .map(latencyOf)
      .find((latency) => latency !== undefined);
    return all === undefined ? [] : [{ tier, own: all - (behind ?? 0) }];
  });
  return owns.toSorted((a, b) => b.own - a.own)[0];
}

const latencyOf = ({ readings }: TierLook): number | undefined => (readings.latencyP99 ?? readings.latencyP95)?.value;
