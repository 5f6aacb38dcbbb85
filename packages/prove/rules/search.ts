/**
 * Is there a packet in a region that several lists decide so and so? Found by taking from the region, rule by rule, what the
 * rule decides, until nothing is left (then there is none) or something is decided as asked (then that is a packet). Work is
 * counted in steps: a search gives the same answer on every machine.
 */
import { common, corner, covers, high, low, outside, overlaps, type Box, type Point } from "./box.ts";
import type { Row, RuleList, Verdict } from "./rule-list.ts";

/** What one list makes of the packet. */
export type Condition =
  /** `after`: as if the list began behind that row. */
  | { readonly list: RuleList; readonly verdict: Verdict; readonly after?: Row }
  /** No rule before that row matches it. */
  | { readonly list: RuleList; readonly reaches: Row };

export type Answer =
  /** No packet of the region. */
  | { readonly kind: "None"; readonly steps: number }
  | { readonly kind: "Found"; readonly point: Point; readonly steps: number }
  /** Not found out within the budget. */
  | { readonly kind: "Unknown"; readonly steps: number };

/** Enough for lists with wide, deep overlap, in some 10 ms of a common processor. */
export const defaultBudget = 200_000;

export function search(region: Box, conditions: readonly Condition[], budget = defaultBudget): Answer {
  const walk = new Walk(conditions, budget);
  const point = walk.run(region);
  if (point !== undefined) return { kind: "Found", point, steps: walk.steps };
  return { kind: walk.isOver ? "Unknown" : "None", steps: walk.steps };
}

/** A part that fulfils the conditions before `index`, and of whose packets none is decided yet by that condition's list. */
interface Part {
  readonly region: Box;
  readonly index: number;
  /** Rules of that list that may match in it; undefined before they are looked up. */
  readonly rows: readonly Row[] | undefined;
}

class Walk {
  readonly #conditions: readonly Condition[];
  readonly #budget: number;
  /** What is left to look at, the next last. Not a recursion: lists may be as deep as they are long. */
  readonly #open: Part[] = [];
  steps = 0;

  constructor(conditions: readonly Condition[], budget: number) {
    this.#conditions = conditions;
    this.#budget = budget;
  }

  get isOver(): boolean {
    return this.steps > this.#budget;
  }

  run(region: Box): Point | undefined {
    this.#open.push({ region, index: 0, rows: undefined });
    for (let part = this.#open.pop(); part !== undefined && !this.isOver; part = this.#open.pop()) {
      const condition = this.#conditions[part.index];
      if (condition === undefined) return corner(part.region);
      this.#look(part, condition);
    }
    return undefined;
  }

  #look({ region, index, rows }: Part, condition: Condition): void {
    const { list } = condition;
    const left = this.#relevant(list, region, rows ?? this.#lookUp(condition, region));
    const outcome = outcomeOf(condition, left, region);
    if (outcome === "All") this.#open.push({ region, index: index + 1, rows: undefined });
    if (outcome !== "Some") return;
    const chosen = largestOf(condition, left, region);
    const rest = left.filter((row) => row !== chosen);
    const { match, verdict } = list.rule(chosen);
    for (const piece of smallestFirst(outside(region, match))) this.#open.push({ region: piece, index, rows: rest });
    if ("verdict" in condition && condition.verdict === verdict)
      this.#open.push({ region: common(region, match), index: index + 1, rows: undefined });
  }

  #lookUp(condition: Condition, region: Box): readonly Row[] {
    const { list } = condition;
    return "reaches" in condition
      ? list.overlapping(region, { before: condition.reaches })
      : list.overlapping(region, condition.after === undefined ? {} : { after: condition.after });
  }

  /** Those that have something of the region, up to the first that has all of it. */
  #relevant(list: RuleList, region: Box, rows: readonly Row[]): readonly Row[] {
    const left: Row[] = [];
    this.steps += 1;
    for (const row of rows) {
      this.steps += 1;
      const { match } = list.rule(row);
      if (!overlaps(match, region)) continue;
      left.push(row);
      if (covers(match, region)) break;
    }
    return left;
  }
}

/**
 * How many packets of the region fulfil the condition, as far as the rules that have something of it tell at once: where all
 * of them say the same, which of them is the first does not matter.
 */
function outcomeOf(condition: Condition, rows: readonly Row[], region: Box): "All" | "None" | "Some" {
  const { list } = condition;
  const last = rows.at(-1);
  const isCovered = last !== undefined && covers(list.rule(last).match, region);
  if ("reaches" in condition) {
    if (rows.length === 0) return "All";
    return isCovered && rows.length === 1 ? "None" : "Some";
  }
  const verdicts = new Set(rows.map((row) => list.rule(row).verdict));
  if (!isCovered) verdicts.add(list.otherwise);
  if (verdicts.size > 1) return "Some";
  return verdicts.has(condition.verdict) ? "All" : "None";
}

/**
 * The rule that takes the most away. Of rules that stand one behind the other and say the same it does not matter which one
 * comes first, and where only their being there counts that is so for all.
 */
function largestOf(condition: Condition, rows: readonly Row[], region: Box): Row {
  const { list } = condition;
  const first = rows[0] as Row;
  const { verdict } = list.rule(first);
  let [best, bestSize] = [first, -1];
  for (const row of rows) {
    const rule = list.rule(row);
    if ("verdict" in condition && rule.verdict !== verdict) break;
    const taken = size(common(region, rule.match));
    if (taken > bestSize) [best, bestSize] = [row, taken];
  }
  return best;
}

/** So that the largest is looked at next: where there is most, something is found soonest. */
function smallestFirst(boxes: readonly Box[]): readonly Box[] {
  if (boxes.length < 2) return boxes;
  return boxes.toSorted((one, other) => size(one) - size(other));
}

/** The logarithm of the number of its packets. */
function size(box: Box): number {
  let sum = 0;
  for (let field = 0; 2 * field < box.length; field++) sum += Math.log(high(box, field) - low(box, field));
  return sum;
}
