/** Rules in order, of which the first that matches decides. */
import type { Box, Point } from "./box.ts";
import { BoxTree } from "./box-tree.ts";

export type Verdict = "Allow" | "Deny";

export interface Rule {
  readonly id: string;
  readonly match: Box;
  readonly verdict: Verdict;
}

/** One rule's number. Others keep theirs when it goes. */
export type Row = number;

export class RuleList {
  /** Of packets that no rule matches. */
  readonly otherwise: Verdict;
  readonly #rules: (Rule | undefined)[] = [];
  readonly #rows = new Map<string, Row>();
  /** Rows in the order of their rules. */
  readonly #order: Row[] = [];
  /** By row: grows along the order. */
  readonly #rank: number[] = [];
  #tree: BoxTree;

  /** @throws RangeError for two rules of one name */
  constructor(otherwise: Verdict, rules: readonly Rule[] = []) {
    this.otherwise = otherwise;
    for (const rule of rules) this.#order.push(this.#name(rule));
    this.#tree = this.#number();
  }

  get size(): number {
    return this.#rows.size;
  }

  rule(row: Row): Rule {
    return this.#rules[row] as Rule;
  }

  /** Undefined: there is none of that name. */
  rowOf(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** @param before the rule that comes next; at the end when left out. @throws RangeError for a name that is taken, or unknown */
  insert(rule: Rule, before?: string): Row {
    const at = before === undefined ? this.#order.length : this.#order.indexOf(this.#known(before));
    const row = this.#name(rule);
    this.#order.splice(at, 0, row);
    const rank = rankBetween(this.#rankAt(at - 1), this.#rankAt(at + 1));
    if (rank === undefined) this.#tree = this.#number();
    else {
      this.#rank[row] = rank;
      this.#tree.add({ row, box: rule.match, rank });
    }
    return row;
  }

  /** @throws RangeError for an unknown name */
  remove(id: string): Rule {
    const row = this.#known(id);
    const rule = this.rule(row);
    this.#rules[row] = undefined;
    this.#rows.delete(id);
    this.#order.splice(this.#order.indexOf(row), 1);
    this.#tree.remove({ row, box: rule.match, rank: this.#rank[row] as number });
    return rule;
  }

  /** Rows of rules between the given ones that have something of the box, in order, up to the first that has all of it. */
  overlapping(box: Box, { after, before }: { readonly after?: Row; readonly before?: Row } = {}): readonly Row[] {
    const from = after === undefined ? -Infinity : (this.#rank[after] as number);
    const to = before === undefined ? Infinity : (this.#rank[before] as number);
    return this.#tree.overlapping(box, from, to).map(({ row }) => row);
  }

  /** What becomes of one packet. */
  decide(point: Point): Verdict {
    const [first] = this.overlapping(point.flatMap((value) => [value, value + 1]));
    return first === undefined ? this.otherwise : this.rule(first).verdict;
  }

  #known(id: string): Row {
    const row = this.#rows.get(id);
    if (row === undefined) throw new RangeError(`Invariant: there is no rule ${id}`);
    return row;
  }

  #name(rule: Rule): Row {
    if (this.#rows.has(rule.id)) throw new RangeError(`Invariant: ${rule.id} is a rule already`);
    const row = this.#rules.length;
    this.#rules.push(rule);
    this.#rows.set(rule.id, row);
    return row;
  }

  #rankAt(index: number): number | undefined {
    return this.#rank[this.#order[index] ?? -1];
  }

  /** Ranks anew, with room between them, and the tree that goes by them. */
  #number(): BoxTree {
    this.#order.forEach((row, index) => (this.#rank[row] = (index + 1) * spacing));
    return new BoxTree(this.#order.map((row) => ({ row, box: this.rule(row).match, rank: this.#rank[row] as number })));
  }
}

const spacing = 2 ** 20;

/** Undefined: there is no number left between them. */
function rankBetween(before: number | undefined, after: number | undefined): number | undefined {
  if (after === undefined) return (before ?? 0) + spacing;
  const middle = ((before ?? 0) + after) / 2;
  return middle > (before ?? 0) && middle < after ? middle : undefined;
}
