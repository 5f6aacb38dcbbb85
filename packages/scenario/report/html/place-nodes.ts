/** Where each node of a drawing stands: rows, few crossings, nothing wider than a page. Pure. */
import type { DrawnNetwork } from "../report.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placed {
  /** Middle of each node, by name. */
  readonly at: ReadonlyMap<string, Point>;
  readonly width: number;
  readonly height: number;
}

export const nodeSize = { width: 152, height: 56 } as const;
const gap = { x: 28, y: 62 } as const;
const rowMax = 6;

/** From the outside in; where all are alike, their distance from the first leaf says it. */
const roleRanks: Readonly<Record<string, number>> = {
  Client: 0,
  Resolver: 0,
  NameServer: 0,
  Provider: 1,
  Edge: 2,
  Host: 3,
  Linux: 4,
  Control: 4,
  Switch: 5,
};

export function placeNodes(network: DrawnNetwork): Placed {
  const rows = ordered(ranksOf(network), network).flatMap(wrapped);
  const widest = Math.max(0, ...rows.map((row) => row.length));
  const width = widest * (nodeSize.width + gap.x) + gap.x;
  const at = new Map<string, Point>();
  for (const [line, row] of rows.entries()) {
    const left = (width - row.length * (nodeSize.width + gap.x) + gap.x) / 2;
    for (const [column, name] of row.entries()) {
      const x = left + column * (nodeSize.width + gap.x) + nodeSize.width / 2;
      at.set(name, { x, y: 24 + nodeSize.height / 2 + line * (nodeSize.height + gap.y) });
    }
  }
  const height = Math.max(0, rows.length * (nodeSize.height + gap.y) - gap.y) + 48;
  return { at, width, height };
}

/** Names row by row, in the network's order. */
function ranksOf({ nodes, links }: DrawnNetwork): readonly (readonly string[])[] {
  const alike = new Set(nodes.map(({ role }) => role)).size <= 1;
  const distances = alike
    ? distancesOf(
        nodes.map(({ name }) => name),
        neighborsOf(links),
      )
    : undefined;
  const rankOf = ({ name, role }: DrawnNetwork["nodes"][number]): number =>
    distances?.get(name) ?? roleRanks[role] ?? 4;
  const ranks = Map.groupBy(nodes, rankOf);
  return [...ranks].toSorted(([a], [b]) => a - b).map(([, own]) => own.map(({ name }) => name));
}

/** The node of an end written NODE:INTERFACE. */
export const nodeOf = (end: string): string => end.split(":")[0] ?? end;

function neighborsOf(links: DrawnNetwork["links"]): ReadonlyMap<string, readonly string[]> {
  const pairs = links.flatMap(({ ends: [a, b] }) => [[nodeOf(a), nodeOf(b)] as const, [nodeOf(b), nodeOf(a)] as const]);
  return new Map([...Map.groupBy(pairs, ([from]) => from)].map(([from, own]) => [from, own.map(([, to]) => to)]));
}

/** Breadth first, from the first of those with the fewest links; every part of the network anew. */
function distancesOf(
  names: readonly string[],
  neighbors: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const degree = (name: string): number => neighbors.get(name)?.length ?? 0;
  const distances = new Map<string, number>();
  for (const start of names.toSorted((a, b) => degree(a) - degree(b))) {
    if (distances.has(start)) continue;
    distances.set(start, 0);
    const queue = [start];
    for (const name of queue) {
      for (const next of neighbors.get(name) ?? []) {
        if (distances.has(next)) continue;
        distances.set(next, (distances.get(name) ?? 0) + 1);
        queue.push(next);
      }
    }
  }
  return distances;
}

const sweeps = 4;

/** Every node near the middle of its neighbours in the row before, up and down a few times. */
function ordered(rows: readonly (readonly string[])[], { links }: DrawnNetwork): readonly (readonly string[])[] {
  const neighbors = neighborsOf(links);
  const result = rows.map((row) => [...row]);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const order = [...result.keys()];
    for (const index of sweep % 2 === 0 ? order : order.toReversed()) {
      const before = result[sweep % 2 === 0 ? index - 1 : index + 1];
      const row = result[index];
      if (before === undefined || row === undefined) continue;
      const places = new Map(before.map((name, place) => [name, (place + 0.5) / before.length]));
      const weight = new Map(
        row.map((name, place) => [name, centerOf(neighbors.get(name) ?? [], places) ?? (place + 0.5) / row.length]),
      );
      result[index] = row.toSorted((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
    }
  }
  return result;
}

function centerOf(names: readonly string[], places: ReadonlyMap<string, number>): number | undefined {
  const known = names.flatMap((name) => places.get(name) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, place) => sum + place, 0) / known.length;
}

const wrapped = (row: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(row.length / rowMax) }, (_, index) => row.slice(index * rowMax, (index + 1) * rowMax));
