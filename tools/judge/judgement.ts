/** From the outcomes of many weeks to what holds and what does not. Pure. */
import type { Outcome } from "./run.ts";

export interface Standing {
  readonly scaler: string;
  /** Means over all runs. */
  readonly cost: number;
  readonly violations: number;
  readonly failed: number;
  readonly actions: number;
  /** The run with the most violations. */
  readonly worst: Outcome;
}

export interface Verdict {
  readonly claim: string;
  readonly figures: string;
  readonly holds: boolean;
}

export const bars = { costOfKpa: 1.02, actionsOfHpa: 2, violationPoints: 0.05 } as const;

export function standingsOf(outcomes: readonly Outcome[]): readonly Standing[] {
  return [...Map.groupBy(outcomes, ({ scaler }) => scaler)].flatMap(([scaler, runs]) => {
    const [worst] = runs.toSorted((a, b) => b.violations - a.violations);
    if (worst === undefined) return [];
    const of = (figure: (run: Outcome) => number): number => mean(runs.map(figure));
    const [cost, violations] = [of((run) => run.cost), of((run) => run.violations)];
    return [{ scaler, cost, violations, failed: of((run) => run.failed), actions: of((run) => run.actions), worst }];
  });
}

export function judge(outcomes: readonly Outcome[], ours: string): readonly Verdict[] {
  const standings = standingsOf(outcomes);
  const own = standings.find(({ scaler }) => scaler === ours);
  const others = standings.filter(({ scaler }) => scaler !== ours);
  const of = (name: string): Standing | undefined => others.find(({ scaler }) => scaler === name);
  const [kpa, hpa, best] = [of("knative-kpa"), of("hpa-v2"), others.toSorted((a, b) => a.violations - b.violations)[0]];
  if (own === undefined || kpa === undefined || hpa === undefined || best === undefined) return [];
  const better = others.filter((each) => dominates(each, own)).map(({ scaler }) => scaler);
  const { mean: apart, bound } = pairedBound(outcomes, ours, best.scaler);
  return [
    {
      claim: "no preset is better on cost, violations and actions together",
      figures: better.length === 0 ? "none is" : better.join(", "),
      holds: better.length === 0,
    },
    {
      claim: `cost at most ${bars.costOfKpa} times that of knative-kpa`,
      figures: `${(own.cost / kpa.cost).toFixed(3)} times`,
      holds: own.cost <= bars.costOfKpa * kpa.cost,
    },
    {
      claim: `actions at most ${bars.actionsOfHpa} times those of hpa-v2`,
      figures: `${(own.actions / hpa.actions).toFixed(2)} times`,
      holds: own.actions <= bars.actionsOfHpa * hpa.actions,
    },
    {
      claim: `violations: upper 95 % bound at most ${bars.violationPoints} points above the best preset, ${best.scaler}`,
      figures: `${apart.toFixed(3)} points, upper bound ${bound.toFixed(3)}`,
      holds: bound <= bars.violationPoints,
    },
  ];
}

/** Not worse in anything, and better in something. */
function dominates(one: Standing, other: Standing): boolean {
  const figures = ["cost", "violations", "actions"] as const;
  return (
    figures.every((figure) => one[figure] <= other[figure]) && figures.some((figure) => one[figure] < other[figure])
  );
}

/**
 * How much more one violates than the other, and the one-sided upper 95 % bound of that (Student), paired by week. Seeds of
 * one week are no independent weeks: they are averaged first.
 */
export function pairedBound(
  outcomes: readonly Outcome[],
  one: string,
  other: string,
): { readonly mean: number; readonly bound: number } {
  const violations = (runs: readonly Outcome[], name: string): number =>
    mean(runs.filter(({ scaler }) => scaler === name).map((run) => run.violations));
  const apart = [...Map.groupBy(outcomes, ({ week }) => week).values()].map(
    (runs) => violations(runs, one) - violations(runs, other),
  );
  const middle = mean(apart);
  if (apart.length < 2) return { mean: middle, bound: Infinity };
  const variance = apart.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (apart.length - 1);
  return { mean: middle, bound: middle + student95(apart.length - 1) * Math.sqrt(variance / apart.length) };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Fisher and Cornish's expansion of Student's quantile about the normal one; within 0.5 % from 4 degrees on. */
export function student95(degrees: number): number {
  const z = 1.6448536269514722;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), z);
}
