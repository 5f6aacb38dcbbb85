/**
 * Rows by their boxes: which of them overlap a region, in time that grows with the answer and not with the list. A tree of bounding
 * boxes; built at once by halving on the field that tells most rows apart, grown by letting in where the least has to grow.
 * Rows have a rank as well: behind the first that covers all of the region none is of interest.
 */
import { at, covers, high, low, overlaps, type Box } from "./box.ts";

export interface BoxRow {
  readonly row: number;
  readonly box: Box;
  readonly rank: number;
}

interface Leaf {
  readonly bounds: number[];
  /** None of its rows has a lower one. */
  readonly least: number;
  rows: BoxRow[];
}
interface Fork {
  readonly bounds: number[];
  least: number;
  readonly children: [Node, Node];
}
type Node = Leaf | Fork;

/** Rows in a leaf: more are halved. */
const most = 12;
/** Rows that are looked at to choose the field. */
const sample = 64;

/** Rows of neighbouring ranks: mostly the first few rules cover what is asked, and the rest need not be looked at. */
interface Chunk {
  /** The highest that belongs here. */
  readonly upTo: number;
  root: Node | undefined;
}

/** Of the first chunk; each one after it is twice as large. */
const firstChunk = 256;

export class BoxTree {
  readonly #chunks: readonly Chunk[];

  /** @param rows by rank */
  constructor(rows: readonly BoxRow[] = []) {
    const chunks: Chunk[] = [];
    for (let from = 0, size = firstChunk; from < rows.length; from += size, size *= 2) {
      const own = rows.slice(from, from + size);
      const isLast = from + size >= rows.length;
      chunks.push({ upTo: isLast ? Infinity : (own.at(-1) as BoxRow).rank, root: build(own) });
    }
    this.#chunks = chunks.length === 0 ? [{ upTo: Infinity, root: undefined }] : chunks;
  }

  add(added: BoxRow): void {
    const chunk = this.#chunkOf(added.rank);
    chunk.root = chunk.root === undefined ? leafOf([added]) : grown(chunk.root, added);
  }

  /** Invariant: it is there, with this box and rank. Bounds stay as they are: they only say where to look. */
  remove({ row, box, rank }: BoxRow): void {
    const { root } = this.#chunkOf(rank);
    const open = root === undefined ? [] : [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (!overlaps(node.bounds, box)) continue;
      if ("rows" in node) node.rows = node.rows.filter((each) => each.row !== row);
      else open.push(...node.children);
    }
  }

  /** By rank, between the two: those that have something of the box, up to the first that has all of it. */
  overlapping(box: Box, after: number, before: number): readonly BoxRow[] {
    const found: BoxRow[] = [];
    let limit = before;
    for (const { root, upTo } of this.#chunks) {
      if (root === undefined || upTo <= after) continue;
      if (root.least > limit) break;
      limit = lookIn(root, box, after, limit, found);
    }
    return found.filter(({ rank }) => rank <= limit).toSorted((one, other) => one.rank - other.rank);
  }

  #chunkOf(rank: number): Chunk {
    return this.#chunks.find(({ upTo }) => rank <= upTo) as Chunk;
  }
}

/** @returns the lowest rank known of one that covers all, or `before` */
function lookIn(root: Node, box: Box, after: number, before: number, found: BoxRow[]): number {
  let limit = before;
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.least > limit || !overlaps(node.bounds, box)) continue;
    if ("rows" in node) limit = takeFrom(node, box, after, limit, found);
    else open.push(...lowestLast(node.children));
  }
  return limit;
}

/** As `lookIn`. */
function takeFrom({ rows }: Leaf, box: Box, after: number, before: number, found: BoxRow[]): number {
  let limit = before;
  for (const each of rows) {
    if (each.rank <= after || each.rank >= limit || !overlaps(each.box, box)) continue;
    found.push(each);
    if (covers(each.box, box)) limit = each.rank;
  }
  return limit;
}

/** The one that is looked at first: what it finds may spare the other. */
const lowestLast = ([one, other]: Fork["children"]): readonly Node[] =>
  one.least > other.least ? [one, other] : [other, one];

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
  node.least = Math.min(node.least, added.rank);
  const [left, right] = node.children;
  const side = growth(left.bounds, added.box) <= growth(right.bounds, added.box) ? 0 : 1;
  node.children[side] = grown(node.children[side], added);
  return node;
}

/** How much wider, in all fields, each by its own measure. */
function growth(bounds: Box, box: Box): number {
  let sum = 0;
  for (let bound = 0; bound < bounds.length; bound += 2) {
    const wider = Math.max(at(bounds, bound + 1), at(box, bound + 1)) - Math.min(at(bounds, bound), at(box, bound));
    sum += Math.log(wider) - Math.log(at(bounds, bound + 1) - at(bounds, bound));
  }
  return sum;
}

function leafOf(rows: BoxRow[]): Leaf {
  const bounds = [...(rows[0] as BoxRow).box];
  for (const { box } of rows) widen(bounds, box);
  return { bounds, least: Math.min(...rows.map(({ rank }) => rank)), rows };
}

function forkOf(left: Node, right: Node): Fork {
  const bounds = [...left.bounds];
  widen(bounds, right.bounds);
  return { bounds, least: Math.min(left.least, right.least), children: [left, right] };
}

function widen(bounds: number[], box: Box): void {
  for (let bound = 0; bound < bounds.length; bound += 2) {
    bounds[bound] = Math.min(at(bounds, bound), at(box, bound));
    bounds[bound + 1] = Math.max(at(bounds, bound + 1), at(box, bound + 1));
  }
}
