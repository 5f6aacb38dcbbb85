/**
 * Is there a packet in a region that several lists decide so and so? Found by taking from the region, rule by rule, what the
 * rule decides, until nothing is left (then there is none) or something is decided as asked (then that is a packet). Work is
 * counted in steps: a search gives the same answer on every machine.
 */
import { common, corner, high, low, outside, overlaps, type Box, type Point } from "./box.ts";
import type { Row, RuleList, Verdict } from "./rule-list.ts";

/** What one list makes of the packet. `Reached`: no rule before that row matches it. */
export type Condition =
  | { readonly list: RuleList; readonly verdict: Verdict }
  | { readonly list: RuleList; readonly reaches: Row };

export type Answer =
  /** No packet of the region. */
  | { readonly kind: "None"; readonly steps: number }
  | { readonly kind: "Found"; readonly point: Point; readonly steps: number }
  /** Not found out within the budget. */
  | { readonly kind: "Unknown"; readonly steps: number };

/** Enough for lists with wide, deep overlap, in 10 ms of a common processor. */
export const defaultBudget = 200_000;

export function search(region: Box, conditions: readonly Condition[], budget = defaultBudget): Answer {
  const walk = new Walk(conditions, budget);
  const point = walk.enter(region, 0);
  if (point !== undefined) return { kind: "Found", point, steps: walk.steps };
  return { kind: walk.isOver ? "Unknown" : "None", steps: walk.steps };
}

class Walk {
  readonly #conditions: readonly Condition[];
  readonly #budget: number;
  steps = 0;

  constructor(conditions: readonly Condition[], budget: number) {
    this.#conditions = conditions;
    this.#budget = budget;
  }

  get isOver(): boolean {
    return this.steps > this.#budget;
  }

  /** The region fulfils the conditions before this one. */
  enter(region: Box, index: number): Point | undefined {
    const condition = this.#conditions[index];
    if (condition === undefined) return corner(region);
    const rows = condition.list.overlapping(region, "reaches" in condition ? condition.reaches : undefined);
    return this.#take(region, index, condition, rows, 0);
  }

  /** @param rows of rules that may match in it, from the given one on */
  #take(region: Box, index: number, condition: Condition, rows: readonly Row[], from: number): Point | undefined {
    const { list } = condition;
    for (let at = from; at < rows.length; at++) {
      if (++this.steps > this.#budget) return undefined;
      const { match, verdict } = list.rule(rows[at] as Row);
      if (!overlaps(match, region)) continue;
      if ("verdict" in condition && condition.verdict === verdict) {
        const found = this.enter(common(region, match), index + 1);
        if (found !== undefined || this.isOver) return found;
      }
      for (const piece of largestFirst(outside(region, match))) {
        const found = this.#take(piece, index, condition, rows, at + 1);
        if (found !== undefined || this.isOver) return found;
      }
      return undefined;
    }
    const holds = "reaches" in condition || condition.verdict === list.otherwise;
    return holds ? this.enter(region, index + 1) : undefined;
  }
}

/** Where there is most, something is found soonest. */
function largestFirst(boxes: readonly Box[]): readonly Box[] {
  if (boxes.length < 2) return boxes;
  return boxes.toSorted((one, other) => size(other) - size(one));
}

const size = (box: Box): number =>
  Array.from({ length: box.length / 2 }, (_, field) => Math.log(high(box, field) - low(box, field))).reduce(
    (sum, each) => sum + each,
    0,
  );
