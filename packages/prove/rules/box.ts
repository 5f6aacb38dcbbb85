/**
 * Regions of header space: of each field an interval, its lower bound within, its upper bound beyond. Which number stands for
 * which value is another's affair, as long as order is kept; so an IPv6 address costs what a port costs.
 */

export const fieldNames = ["destination", "source", "protocol", "destinationPort", "sourcePort"] as const;
export type FieldName = (typeof fieldNames)[number];
export const fieldCount = fieldNames.length;

/** For each field its two bounds: ten numbers. */
export type Box = readonly number[];
/** For each field its value: five numbers. */
export type Point = readonly number[];

export const low = (box: Box, field: number): number => box[2 * field] as number;
export const high = (box: Box, field: number): number => box[2 * field + 1] as number;

export function overlaps(one: Box, other: Box): boolean {
  for (let field = 0; field < fieldCount; field++)
    if (low(one, field) >= high(other, field) || low(other, field) >= high(one, field)) return false;
  return true;
}

/** Invariant: they overlap. */
export function common(one: Box, other: Box): Box {
  const box: number[] = [];
  for (let field = 0; field < fieldCount; field++)
    box.push(Math.max(low(one, field), low(other, field)), Math.min(high(one, field), high(other, field)));
  return box;
}

/** One of its points: its bounds are those of rules, so each of them is a value that can be told. */
export const corner = (box: Box): Point => fieldNames.map((_, field) => low(box, field));

export const contains = (box: Box, point: Point): boolean =>
  point.every((value, field) => low(box, field) <= value && value < high(box, field));

/** What of the first lies outside the second: at most ten boxes, no two of which overlap. Invariant: the two do. */
export function outside(box: Box, removed: Box): readonly Box[] {
  const pieces: Box[] = [];
  let rest = box;
  for (let field = 0; field < fieldCount; field++) {
    const [from, to] = [low(removed, field), high(removed, field)];
    if (low(rest, field) < from) {
      pieces.push(withBounds(rest, field, low(rest, field), from));
      rest = withBounds(rest, field, from, high(rest, field));
    }
    if (high(rest, field) > to) {
      pieces.push(withBounds(rest, field, to, high(rest, field)));
      rest = withBounds(rest, field, low(rest, field), to);
    }
  }
  return pieces;
}

function withBounds(box: Box, field: number, from: number, to: number): Box {
  const copy = [...box];
  copy[2 * field] = from;
  copy[2 * field + 1] = to;
  return copy;
}
