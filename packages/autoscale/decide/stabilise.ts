/**
 * Stage Stabilise, as HPA v2 has it: a tier grows to the lowest size that was recommended in the up window, and shrinks to
 * the highest in the down window.
 */
import type { Instant } from "@netwright/base";
import type { Behavior } from "./policy.ts";
import type { Mark, TierState } from "./state.ts";

export interface Stabilised {
  readonly replicas: number;
  readonly highs: readonly Mark[];
  readonly lows: readonly Mark[];
  readonly words: string;
}

type Marks = Pick<TierState, "highs" | "lows">;

export function stabilise(
  before: Marks,
  { at, wanted, asked }: { readonly at: Instant; readonly wanted: number; readonly asked: number },
  { scaleUp, scaleDown }: Pick<Behavior, "scaleUp" | "scaleDown">,
): Stabilised {
  const mark = { at, replicas: asked };
  // Of what was before the first decision nothing is known but the size it led to.
  const isFirst = before.highs.length === 0;
  const [highs, lows] = isFirst
    ? [[{ at, replicas: wanted }], [{ at, replicas: wanted }]]
    : [before.highs, before.lows];
  const nextHighs = withMark(within(highs, at - scaleDown.stabilizationWindow), mark, (a, b) => a > b);
  const nextLows = withMark(within(lows, at - scaleUp.stabilizationWindow), mark, (a, b) => a < b);
  const highest = nextHighs[0]?.replicas ?? asked;
  const lowest = nextLows[0]?.replicas ?? asked;
  const marks = { highs: nextHighs, lows: nextLows };
  const [up, down] = [Math.max(wanted, lowest), Math.min(wanted, highest)];
  if (up > wanted)
    return { ...marks, replicas: up, words: up === asked ? "passes" : `${up} is the least of the window` };
  if (down < wanted)
    return { ...marks, replicas: down, words: down === asked ? "passes" : `${down} is the most of the window` };
  return { ...marks, replicas: wanted, words: asked === wanted ? "passes" : `${asked} is not wanted for long enough` };
}

/** Without those that can no longer be the extreme. @param since the moment itself is outside, so a window of nothing is now alone */
const within = (marks: readonly Mark[], since: number): readonly Mark[] => marks.filter(({ at }) => at > since);

/** Behind every mark only such follow as it beats, so the first is the extreme. */
function withMark(marks: readonly Mark[], mark: Mark, beats: (a: number, b: number) => boolean): readonly Mark[] {
  return [...marks.filter(({ replicas }) => beats(replicas, mark.replicas)), mark];
}
