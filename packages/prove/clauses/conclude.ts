/** From a judgement to what a report says. */
import type { ClauseProof } from "@netwright/api";
import type { Context } from "./context.ts";
import { counterexampleOf } from "./counterexample.ts";
import type { Flaw, Judgement } from "./judgement.ts";
import { OutOfBudget } from "./meter.ts";

export type Conclusion = Pick<ClauseProof, "verdict" | "by" | "steps" | "counterexample" | "assumptions">;

/** Found out within the budget, or not: then nothing is claimed. */
export function withinBudget(context: Context, find: () => Omit<Conclusion, "steps" | "by">): Conclusion {
  try {
    const found = find();
    return { ...found, by: "Classes", steps: context.meter.steps };
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return { verdict: "NotProved", by: null, steps: context.meter.steps, counterexample: null, assumptions: [] };
  }
}

export const conclude = (context: Context, judge: () => Judgement | Flaw): Conclusion =>
  withinBudget(context, () => {
    const judged = judge();
    if (judged.holds) return { verdict: "Proved", counterexample: null, assumptions: judged.assumptions };
    return { verdict: "Refuted", counterexample: counterexampleOf(context, judged, "After"), assumptions: [] };
  });
