/**
 * Stage Chain: all tiers are sized from the one rate at the front door, so that a tier grows with those in front of it and
 * not after they let more through. Only usage that a request brings whatever the load is reckoned with.
 */
import type { Demand } from "./demand.ts";
import { slopeOf } from "./demand.ts";
import type { MetricName, TierScaling } from "./policy.ts";
import { enough } from "./recommend.ts";
import { formatRate } from "./words.ts";

export type Demands = Readonly<Partial<Record<MetricName, Demand>>>;

/** Connections and queues are no costs of a request: they grow when anything is slow. */
export const costs: readonly MetricName[] = ["cpu", "requestsPerSecond", "bandwidth"];

interface Cost {
  readonly slope: number;
  readonly target: number;
}

/** Of a tier without autoscale the whole CPU counts: nobody said how much of it is too much. */
function costsOf(scaling: TierScaling | undefined, demands: Demands): readonly Cost[] {
  const targets =
    scaling === undefined
      ? [{ metric: "cpu" as const, target: 1 }]
      : scaling.metrics.flatMap((each) =>
          each.kind === "Target" && costs.includes(each.metric) && !scaling.pause.metrics.includes(each.name)
            ? [each]
            : [],
        );
  return targets.flatMap(({ metric, target }) => {
    const slope = slopeOf(demands[metric]);
    return slope === undefined || slope <= 0 ? [] : [{ slope, target }];
  });
}

/** Instances that such a rate needs, not rounded; undefined while the cost of a request is not known. */
export function needOf(scaling: TierScaling | undefined, demands: Demands, rate: number): number | undefined {
  const needs = costsOf(scaling, demands).map(({ slope, target }) => (rate * slope) / target);
  return needs.length === 0 ? undefined : Math.max(...needs);
}

/** The rate that so many instances carry at their targets. */
export function carriedBy(scaling: TierScaling | undefined, demands: Demands, replicas: number): number | undefined {
  const rates = costsOf(scaling, demands).map(({ slope, target }) => (replicas * target) / slope);
  return rates.length === 0 ? undefined : Math.min(...rates);
}

/** A tier behind that stays too small for what arrives. */
export interface Behind {
  readonly name: string;
  /** What it lets through, 1/s. */
  readonly rate: number;
}

export interface Chained {
  readonly replicas: number;
  /** Set where the front door's rate decided. */
  readonly need?: number;
  /** Set where it would grow if the tier behind could. */
  readonly behind?: Behind;
  readonly words: string;
}

export interface ChainInput {
  readonly scaling: TierScaling;
  readonly demands: Demands;
  readonly wanted: number;
  /** Undefined: not measured. */
  readonly rate: number | undefined;
  /** The narrowest of those behind that are too small. */
  readonly behind: Behind | undefined;
  readonly mayShrink: boolean;
}

export function chain({ scaling, demands, wanted, rate, behind, mayShrink }: ChainInput, asked: number): Chained {
  if (rate === undefined) return { replicas: asked, words: "the rate at the front door is not measured" };
  const exact = needOf(scaling, demands, rate);
  if (exact === undefined) return { replicas: asked, words: "what a request costs here is not known yet" };
  const need = withTolerance(exact, wanted, scaling);
  const sized = need > wanted || mayShrink ? Math.max(asked, need) : Math.max(asked, wanted);
  const said = `${formatRate(rate)} at the front door need ${need}`;
  if (behind !== undefined && sized > wanted) {
    const cap = Math.max(wanted, enough(needOf(scaling, demands, behind.rate) ?? sized));
    if (cap < sized)
      return {
        replicas: cap,
        behind,
        words: `${said}, but ${behind.name} behind it lets only ${formatRate(behind.rate)} through`,
      };
  }
  return { replicas: sized, ...(need > asked ? { need } : {}), words: said };
}

function withTolerance(exact: number, wanted: number, { behavior }: TierScaling): number {
  if (exact > wanted * (1 + behavior.scaleUp.tolerance)) return enough(exact);
  return exact < wanted * (1 - behavior.scaleDown.tolerance) ? enough(exact) : wanted;
}
