/** Rules in order, of which the first that matches decides. Kept in columns: all of them are looked at in one scan. */
import { contains, fieldCount, high, low, type Box, type Point } from "./box.ts";

export type Verdict = "Allow" | "Deny";

export interface Rule {
  readonly id: string;
  readonly match: Box;
  readonly verdict: Verdict;
}

/** One rule's place in the columns. Others keep theirs when it goes. */
export type Row = number;

export class RuleList {
  /** Of packets that no rule matches. */
  readonly otherwise: Verdict;
  readonly #rules: (Rule | undefined)[] = [];
  readonly #rows = new Map<string, Row>();
  /** Rows in the order of their rules, and each row's place in it. */
  readonly #order: Row[] = [];
  #columns: readonly Float64Array[];
  #rank: Float64Array;

  constructor(otherwise: Verdict, rules: readonly Rule[] = []) {
    this.otherwise = otherwise;
    const room = Math.max(16, rules.length * 2);
    this.#columns = Array.from({ length: 2 * fieldCount }, () => new Float64Array(room));
    this.#rank = new Float64Array(room);
    for (const rule of rules) this.insert(rule);
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
    if (this.#rows.has(rule.id)) throw new RangeError(`Invariant: ${rule.id} is a rule already`);
    const row = this.#rules.length;
    this.#makeRoom(row);
    this.#rules.push(rule);
    this.#rows.set(rule.id, row);
    this.#write(row, rule.match);
    this.#place(row, before);
    return row;
  }

  /** @throws RangeError for an unknown name */
  remove(id: string): Rule {
    const row = this.#known(id);
    const rule = this.rule(row);
    this.#rules[row] = undefined;
    this.#rows.delete(id);
    this.#order.splice(this.#order.indexOf(row), 1);
    // No box reaches there.
    (this.#columns[0] as Float64Array)[row] = Infinity;
    return rule;
  }

  /** Rows of rules that have something of the box, the first one first. @param before only those that come before that row's */
  overlapping(box: Box, before?: Row): readonly Row[] {
    const found: Row[] = [];
    const limit = before === undefined ? Infinity : (this.#rank[before] as number);
    const columns = this.#columns;
    const count = this.#rules.length;
    scan: for (let row = 0; row < count; row++) {
      for (let field = 0; field < fieldCount; field++) {
        if ((columns[2 * field] as Float64Array)[row]! >= high(box, field)) continue scan;
        if ((columns[2 * field + 1] as Float64Array)[row]! <= low(box, field)) continue scan;
      }
      if ((this.#rank[row] as number) < limit) found.push(row);
    }
    return found.sort((a, b) => (this.#rank[a] as number) - (this.#rank[b] as number));
  }

  /** What becomes of one packet. */
  decide(point: Point): Verdict {
    const first = this.#order.find((row) => contains(this.rule(row).match, point));
    return first === undefined ? this.otherwise : this.rule(first).verdict;
  }

  #known(id: string): Row {
    const row = this.#rows.get(id);
    if (row === undefined) throw new RangeError(`Invariant: there is no rule ${id}`);
    return row;
  }

  #write(row: Row, match: Box): void {
    for (let bound = 0; bound < 2 * fieldCount; bound++)
      (this.#columns[bound] as Float64Array)[row] = match[bound] as number;
  }

  #place(row: Row, before: string | undefined): void {
    const at = before === undefined ? this.#order.length : this.#order.indexOf(this.#known(before));
    this.#order.splice(at, 0, row);
    const rankAt = (index: number): number | undefined => this.#rank[this.#order[index] ?? -1];
    const rank = rankBetween(rankAt(at - 1), rankAt(at + 1));
    if (rank === undefined) this.#order.forEach((each, index) => (this.#rank[each] = (index + 1) * spacing));
    else this.#rank[row] = rank;
  }

  #makeRoom(row: Row): void {
    if (row < this.#rank.length) return;
    const grown = (column: Float64Array): Float64Array => {
      const wider = new Float64Array(column.length * 2);
      wider.set(column);
      return wider;
    };
    this.#columns = this.#columns.map(grown);
    this.#rank = grown(this.#rank);
  }
}

const spacing = 2 ** 20;

/** Undefined: there is no number left between them. */
function rankBetween(before: number | undefined, after: number | undefined): number | undefined {
  if (after === undefined) return (before ?? 0) + spacing;
  const middle = ((before ?? 0) + after) / 2;
  return middle > (before ?? 0) && middle < after ? middle : undefined;
}
