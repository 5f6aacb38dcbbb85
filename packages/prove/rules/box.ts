/**
 * Regions of a space with several fields: of each field an interval of whole numbers, its lower bound within, its upper bound
 * beyond. Which fields there are is another's affair (header.ts has those of packets); all boxes of one space have the same.
 */

/** For each field its two bounds. */
export type Box = readonly number[];
/** For each field its value. */
export type Point = readonly number[];

/** Bounds by their place: the lower one of field n is at 2n. */
export const at = (box: Box, bound: number): number => box[bound] as number;
export const low = (box: Box, field: number): number => at(box, 2 * field);
export const high = (box: Box, field: number): number => at(box, 2 * field + 1);

export function overlaps(one: Box, other: Box): boolean {
  for (let bound = 0; bound < one.length; bound += 2)
    if (at(one, bound) >= at(other, bound + 1) || at(other, bound) >= at(one, bound + 1)) return false;
  return true;
}

/** Invariant: they overlap. */
export function common(one: Box, other: Box): Box {
  const box: number[] = [];
  for (let bound = 0; bound < one.length; bound += 2)
    box.push(Math.max(at(one, bound), at(other, bound)), Math.min(at(one, bound + 1), at(other, bound + 1)));
  return box;
}

/** One of its points: its lower bounds are those of rules, so each of them is a value that a packet can have. */
export const corner = (box: Box): Point => box.filter((_, bound) => bound % 2 === 0);

export const contains = (box: Box, point: Point): boolean =>
  point.every((value, field) => low(box, field) <= value && value < high(box, field));

/** All of the second lies in the first. */
export function covers(one: Box, other: Box): boolean {
  for (let bound = 0; bound < one.length; bound += 2)
    if (at(one, bound) > at(other, bound) || at(one, bound + 1) < at(other, bound + 1)) return false;
  return true;
}

/** What of the first lies outside the second: at most two boxes a field, no two of which overlap. Invariant: the two do. */
export function outside(box: Box, removed: Box): readonly Box[] {
  const pieces: Box[] = [];
  let rest = box;
  for (let bound = 0; bound < box.length; bound += 2) {
    const [from, to] = [at(removed, bound), at(removed, bound + 1)];
    if (at(rest, bound) < from) {
      pieces.push(withBounds(rest, bound, at(rest, bound), from));
      rest = withBounds(rest, bound, from, at(rest, bound + 1));
    }
    if (at(rest, bound + 1) > to) {
      pieces.push(withBounds(rest, bound, to, at(rest, bound + 1)));
      rest = withBounds(rest, bound, at(rest, bound), to);
    }
  }
  return pieces;
}

function withBounds(box: Box, bound: number, from: number, to: number): Box {
  const copy = [...box];
  copy[bound] = from;
  copy[bound + 1] = to;
  return copy;
}
