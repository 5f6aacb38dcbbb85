import type { Condition } from "@netwright/api";

export interface Verdict {
  readonly type: string;
  readonly status: Condition["status"];
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

/** Conditions from verdicts; one whose status did not change keeps its time. */
export function conditionsOf(
  verdicts: readonly Verdict[],
  before: readonly Condition[],
  now: string,
): readonly Condition[] {
  return verdicts.map((verdict) => {
    const previous = before.find((condition) => condition.type === verdict.type);
    const lastTransitionTime = previous?.status === verdict.status ? previous.lastTransitionTime : now;
    return { ...verdict, lastTransitionTime };
  });
}

export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditions?.find((condition) => condition.type === type)?.status === "True";
