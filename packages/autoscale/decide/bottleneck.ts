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
  /** True where only trying will tell. */
  readonly isGuess: boolean;
  /** Why. */
  readonly message: string;
}

const usedUp = 0.9;
const queued = 1;
/** Above what it carried well by this share, it is the load that makes it slow. */
const overload = 1.1;

/** Why its instances are at their limit; undefined while they are not. */
export function saturation({ readings: { cpu, queueLength } }: TierLook): string | undefined {
  if (cpu !== undefined && cpu.value >= usedUp) return `its instances use ${formatMetric("cpu", cpu.value)} of their CPU`;
  if (queueLength !== undefined && queueLength.value >= queued)
    return `${formatMetric("queueLength", queueLength.value)} requests wait for each of its instances`;
  return undefined;
}

/** @param tiers in the order in which a request passes them */
export function findBottleneck(tiers: readonly TierLook[]): Finding {
  const saturated = tiers.findLast((tier) => saturation(tier) !== undefined);
  if (saturated !== undefined)
    return { tier: saturated.name, helps: true, isGuess: false, message: saturation(saturated) ?? "" };
  const slowest = slowestOf(tiers);
  if (slowest === undefined)
    return { helps: false, isGuess: false, message: "no tier is busy, and none tells where the time passes" };
  const { tier, own } = slowest;
  const passes = `${formatMetric("latencyP99", own)} pass in ${tier.name}`;
  if (tier.load === undefined || tier.carried === undefined)
    return { tier: tier.name, helps: true, isGuess: true, message: passes };
  const [now, well] = [formatRate(tier.load), formatRate(tier.carried)];
  if (tier.load > overload * tier.carried) {
    const message = `${passes}, which has ${now} for each instance and carried up to ${well} well`;
    return { tier: tier.name, helps: true, isGuess: true, message };
  }
  const message = `${passes}, which is not busy and carried as much before (${now} for each instance): what it waits for is slow`;
  return { tier: tier.name, helps: false, isGuess: false, message };
}

/** Where most of the time passes: a tier's latency without that of the tier behind it. */
function slowestOf(tiers: readonly TierLook[]): { readonly tier: TierLook; readonly own: number } | undefined {
  const owns = tiers.flatMap((tier, index) => {
    const all = latencyOf(tier);
    const behind = tiers.slice(index + 1).map(latencyOf).find((latency) => latency !== undefined);
    return all === undefined ? [] : [{ tier, own: all - (behind ?? 0) }];
  });
  return owns.toSorted((a, b) => b.own - a.own)[0];
}

const latencyOf = ({ readings }: TierLook): number | undefined => (readings.latencyP99 ?? readings.latencyP95)?.value;
