/**
 * Decision diagrams over intervals: at each node one field is asked for, in the same order on every way, and no two nodes are
 * alike. So two diagrams decide every packet alike exactly where they are the same node. Work is counted in steps.
 */
import { knownFields, sizeOf, type Field } from "./fields.ts";
import type { Row } from "./relation.ts";

/** A node of a `Diagrams`. */
export type Node = number;

/** The budget is used up: nothing is known. */
export class OutOfSteps extends Error {}

interface Inner {
  readonly level: number;
  /** Where each child's interval begins; the first one at 0. */
  readonly starts: readonly number[];
  readonly children: readonly Node[];
}
interface Leaf {
  readonly level: typeof bottom;
  readonly value: string;
}

const bottom = Infinity;

export class Diagrams {
  readonly #nodes: (Inner | Leaf)[] = [];
  readonly #unique = new Map<string, Node>();
  readonly #choices = new Map<string, Node>();
  readonly #levels = new Map(knownFields.map((field, index) => [field, index]));
  readonly #fields: Field[] = [...knownFields];
  readonly #budget: number;
  readonly yes: Node;
  readonly no: Node;
  steps = 0;

  constructor(budget: number) {
    this.#budget = budget;
    this.no = this.leaf("no");
    this.yes = this.leaf("yes");
  }

  leaf(value: string): Node {
    return this.#intern(`=${value}`, { level: bottom, value });
  }

  /** Undefined: it still asks. */
  valueOf(node: Node): string | undefined {
    const found = this.#at(node);
    return "value" in found ? found.value : undefined;
  }

  fieldAt(level: number): Field {
    return this.#fields[level] as Field;
  }

  levelOf(field: Field): number {
    const known = this.#levels.get(field);
    if (known !== undefined) return known;
    this.#levels.set(field, this.#fields.length);
    return this.#fields.push(field) - 1;
  }

  /** Yes where a field that is true or false is true. */
  flag(field: Field): Node {
    return this.#node(this.levelOf(field), [0, 1], [this.no, this.yes]);
  }

  /** Of each row its leaf, elsewhere `otherwise`. Of rows that overlap the first one counts. */
  table(fields: readonly Field[], rows: readonly { readonly row: Row; readonly leaf: Node }[], otherwise: Node): Node {
    const columns = fields
      .map((field, column) => ({ column, level: this.levelOf(field), size: sizeOf(field) }))
      .toSorted((a, b) => a.level - b.level);
    const build = (depth: number, within: typeof rows): Node => {
      this.#step();
      const [first] = within;
      if (first === undefined) return otherwise;
      const at = columns[depth];
      if (at === undefined) return first.leaf;
      const parts = slices(within, at.column, at.size);
      return this.#node(
        at.level,
        parts.map(({ start }) => start),
        parts.map(({ rows: inside }) => build(depth + 1, inside)),
      );
    };
    return build(0, rows);
  }

  /** Where `condition` says yes the one, else the other. */
  choose(condition: Node, one: Node, other: Node): Node {
    if (condition === this.yes || one === other) return one;
    if (condition === this.no) return other;
    const key = `${condition} ${one} ${other}`;
    const known = this.#choices.get(key);
    if (known !== undefined) return known;
    this.#step();
    const made = this.#split([condition, one, other], ([a, b, c]) => this.choose(a as Node, b as Node, c as Node));
    this.#choices.set(key, made);
    return made;
  }

  /** Every leaf's value put through a function. */
  mapped(node: Node, value: (text: string) => string, done = new Map<Node, Node>()): Node {
    const known = done.get(node);
    if (known !== undefined) return known;
    this.#step();
    const found = this.#at(node);
    const made =
      "value" in found
        ? this.leaf(value(found.value))
        : this.#node(
            found.level,
            found.starts,
            found.children.map((child) => this.mapped(child, value, done)),
          );
    done.set(node, made);
    return made;
  }

  /** `no` where both say the same, `yes` where they do not. */
  differ(one: Node, other: Node, done = new Map<string, Node>()): Node {
    if (one === other) return this.no;
    const key = `${one} ${other}`;
    const known = done.get(key);
    if (known !== undefined) return known;
    this.#step();
    const ended = this.valueOf(one) !== undefined && this.valueOf(other) !== undefined;
    const made = ended ? this.yes : this.#split([one, other], ([a, b]) => this.differ(a as Node, b as Node, done));
    done.set(key, made);
    return made;
  }

  /** Yes where it says yes whatever that field is, which is true or false. */
  whatever(node: Node, field: Field): Node {
    const level = this.levelOf(field);
    return this.choose(this.#fixed(node, level, 0), this.#fixed(node, level, 1), this.no);
  }

  /** Ways to `yes`, each as an interval by field; what is not asked for on the way is left out. No more than `most`. */
  ways(node: Node, most: number): readonly ReadonlyMap<Field, readonly [from: number, to: number]>[] {
    const found: ReadonlyMap<Field, readonly [number, number]>[] = [];
    const seen = new Set<Node>();
    const walk = (at: Node, way: ReadonlyMap<Field, readonly [number, number]>): void => {
      if (found.length >= most || at === this.no) return;
      if (at === this.yes) return void found.push(way);
      // A part that several ways share is shown by one of them.
      if (seen.has(at)) return;
      seen.add(at);
      const { level, starts, children } = this.#at(at) as Inner;
      const field = this.fieldAt(level);
      for (const [index, child] of children.entries())
        walk(child, new Map([...way, [field, [starts[index] as number, starts[index + 1] ?? sizeOf(field)]]]));
    };
    walk(node, new Map());
    return found;
  }

  #fixed(node: Node, level: number, value: number, done = new Map<Node, Node>()): Node {
    const found = this.#at(node);
    if (found.level > level) return node;
    const { starts, children } = found as Inner;
    if (found.level === level) return children[place(starts, value)] as Node;
    const known = done.get(node);
    if (known !== undefined) return known;
    const made = this.#node(
      found.level,
      starts,
      children.map((child) => this.#fixed(child, level, value, done)),
    );
    done.set(node, made);
    return made;
  }

  /** Asks for the first field that any of them asks for, and goes on with what each has there. */
  #split(nodes: readonly Node[], go: (nodes: readonly Node[]) => Node): Node {
    const all = nodes.map((node) => this.#at(node));
    const level = Math.min(...all.map((each) => each.level));
    const asked = all.map((each) => (each.level === level ? (each as Inner) : undefined));
    const starts = [...new Set(asked.flatMap((each) => each?.starts ?? []))].toSorted((a, b) => a - b);
    const positions = asked.map(() => 0);
    const children = starts.map((start) =>
      go(
        asked.map((each, index) => {
          if (each === undefined) return nodes[index] as Node;
          while ((each.starts[(positions[index] as number) + 1] ?? Infinity) <= start) (positions[index] as number)++;
          return each.children[positions[index] as number] as Node;
        }),
      ),
    );
    return this.#node(level, starts, children);
  }

  #node(level: number, starts: readonly number[], children: readonly Node[]): Node {
    const kept = children.flatMap((child, index) => (index > 0 && children[index - 1] === child ? [] : [index]));
    const [only] = children;
    if (kept.length === 1) return only as Node;
    const ends = kept.map((index) => starts[index] as number);
    const below = kept.map((index) => children[index] as Node);
    return this.#intern(`${level}:${ends.join(" ")}:${below.join(" ")}`, { level, starts: ends, children: below });
  }

  #intern(key: string, node: Inner | Leaf): Node {
    const known = this.#unique.get(key);
    if (known !== undefined) return known;
    this.#unique.set(key, this.#nodes.length);
    return this.#nodes.push(node) - 1;
  }

  #at(node: Node): Inner | Leaf {
    return this.#nodes[node] as Inner | Leaf;
  }

  #step(): void {
    if (++this.steps > this.#budget) throw new OutOfSteps("the budget of steps is used up");
  }
}

/** The last interval that begins at the value or before it. */
function place(starts: readonly number[], value: number): number {
  let at = 0;
  while ((starts[at + 1] ?? Infinity) <= value) at++;
  return at;
}

/** The column's whole range in parts, each with the rows that reach there, in their order. */
function slices<R extends { readonly row: Row }>(
  rows: readonly R[],
  column: number,
  size: number,
): readonly { readonly start: number; readonly rows: readonly R[] }[] {
  const from = ({ row }: R): number => row[2 * column] as number;
  const to = ({ row }: R): number => row[2 * column + 1] as number;
  const points = new Map<number, R[]>();
  const wide: R[] = [];
  for (const each of rows) {
    const same = points.get(from(each));
    if (to(each) - from(each) > 1) wide.push(each);
    else if (same === undefined) points.set(from(each), [each]);
    else same.push(each);
  }
  const cuts = new Set([
    0,
    ...[...points.keys()].flatMap((at) => [at, at + 1]),
    ...wide.flatMap((each) => [from(each), to(each)]),
  ]);
  cuts.delete(size);
  const order = wide.length === 0 ? undefined : new Map(rows.map((each, index) => [each, index]));
  return [...cuts]
    .toSorted((a, b) => a - b)
    .map((start) => {
      const exact = points.get(start) ?? [];
      const around = wide.filter((each) => from(each) <= start && start < to(each));
      const all = [...exact, ...around];
      if (order !== undefined) all.sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
      return { start, rows: all };
    });
}
