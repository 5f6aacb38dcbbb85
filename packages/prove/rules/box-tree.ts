/**
 * Rows by their boxes: which of them overlap a region, in time that grows with the answer and not with the list. A tree of bounding
 * boxes; built at once by halving on the field that tells most rows apart, grown by letting in where the least has to grow.
 */
import { high, low, overlaps, type Box } from "./box.ts";

export interface BoxRow {
  readonly row: number;
  readonly box: Box;
}

interface Leaf {
  bounds: number[];
  rows: BoxRow[];
}
interface Fork {
  bounds: number[];
  readonly children: [Node, Node];
}
type Node = Leaf | Fork;

/** Rows in a leaf: more are halved. */
const most = 12;
/** Rows that are looked at to choose the field. */
const sample = 64;

export class BoxTree {
  #root: Node | undefined;

  constructor(rows: readonly BoxRow[] = []) {
    this.#root = rows.length === 0 ? undefined : build([...rows]);
  }

  add(added: BoxRow): void {
    this.#root = this.#root === undefined ? leafOf([added]) : grown(this.#root, added);
  }

  /** Invariant: it is there, with this box. Bounds stay as they are: they only say where to look. */
  remove({ row, box }: BoxRow): void {
    const leaves: Leaf[] = [];
    if (this.#root !== undefined) visit(this.#root, box, (leaf) => leaves.push(leaf));
    for (const leaf of leaves) leaf.rows = leaf.rows.filter((each) => each.row !== row);
  }

  /** In no order. */
  overlapping(box: Box): readonly number[] {
    const found: number[] = [];
    if (this.#root === undefined) return found;
    visit(this.#root, box, ({ rows }) => {
      for (const each of rows) if (overlaps(each.box, box)) found.push(each.row);
    });
    return found;
  }
}

function visit(root: Node, box: Box, take: (leaf: Leaf) => void): void {
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!overlaps(node.bounds, box)) continue;
    if ("rows" in node) take(node);
    else open.push(node.children[0], node.children[1]);
  }
}

function build(rows: BoxRow[]): Node {
  const field = rows.length > most ? tellingField(rows) : undefined;
  // Rows that no field tells apart stay together, however many.
  if (field === undefined) return leafOf(rows);
  rows.sort((one, other) => middle(one.box, field) - middle(other.box, field));
  const half = rows.length >> 1;
  return forkOf(build(rows.slice(0, half)), build(rows.slice(half)));
}

const middle = (box: Box, field: number): number => low(box, field) + high(box, field);

/** The field with the most different middles; undefined where all have the same in each. */
function tellingField(rows: readonly BoxRow[]): number | undefined {
  const stride = Math.max(1, Math.floor(rows.length / sample));
  const some = rows.filter((_, index) => index % stride === 0);
  const fields = (some[0] as BoxRow).box.length / 2;
  let best: number | undefined;
  let bestCount = 1;
  for (let field = 0; field < fields; field++) {
    const count = new Set(some.map(({ box }) => middle(box, field))).size;
    if (count > bestCount) [best, bestCount] = [field, count];
  }
  return best;
}

function grown(node: Node, added: BoxRow): Node {
  if ("rows" in node) {
    const rows = [...node.rows, added];
    return rows.length > most && rows.length % most === 1 ? build(rows) : leafOf(rows);
  }
  widen(node.bounds, added.box);
  const [left, right] = node.children;
  const side = growth(left.bounds, added.box) <= growth(right.bounds, added.box) ? 0 : 1;
  node.children[side] = grown(node.children[side], added);
  return node;
}

/** How much wider, in all fields, each by its own measure. */
function growth(bounds: Box, box: Box): number {
  let sum = 0;
  for (let bound = 0; bound < bounds.length; bound += 2) {
    const wider = Math.max(bounds[bound + 1]!, box[bound + 1]!) - Math.min(bounds[bound]!, box[bound]!);
    sum += Math.log(wider) - Math.log(bounds[bound + 1]! - bounds[bound]!);
  }
  return sum;
}

function leafOf(rows: BoxRow[]): Leaf {
  const bounds = [...(rows[0] as BoxRow).box];
  for (const { box } of rows) widen(bounds, box);
  return { bounds, rows };
}

function forkOf(left: Node, right: Node): Fork {
  const bounds = [...left.bounds];
  widen(bounds, right.bounds);
  return { bounds, children: [left, right] };
}

function widen(bounds: number[], box: Box): void {
  for (let bound = 0; bound < bounds.length; bound += 2) {
    bounds[bound] = Math.min(bounds[bound]!, box[bound]!);
    bounds[bound + 1] = Math.max(bounds[bound + 1]!, box[bound + 1]!);
  }
}
