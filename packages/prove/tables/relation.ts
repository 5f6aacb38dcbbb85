/** A set of tuples of fields: what one match of a rule, or one set of elements, stands for. */
import { compareFields, sizeOf, type Field } from "./fields.ts";

/** For each field its lower bound, within, and its upper bound, beyond. */
export type Row = readonly number[];

export interface Relation {
  /** By `compareFields`. */
  readonly fields: readonly Field[];
  /** Sorted, no two alike. None: no packet. One without bounds: every packet. */
  readonly rows: readonly Row[];
  /** Two of the same key are the same. */
  readonly key: string;
}

/** To each tuple something; no two rows overlap. */
export interface Lookup<T> {
  readonly fields: readonly Field[];
  readonly entries: readonly { readonly row: Row; readonly value: T }[];
  readonly key: string;
}

export function relation(fields: readonly Field[], rows: readonly Row[]): Relation {
  const [sorted, order] = sortFields(fields);
  const moved = rows.map((row) => permuted(row, order)).filter(isSomething);
  const keys = [...new Set(moved.map(keyOf))].toSorted();
  const byKey = new Map(moved.map((row) => [keyOf(row), row]));
  return {
    fields: sorted,
    rows: keys.map((key) => byKey.get(key) as Row),
    key: `${sorted.join(",")}=${keys.join(";")}`,
  };
}

export function lookup<T>(
  fields: readonly Field[],
  entries: Lookup<T>["entries"],
  text: (value: T) => string,
): Lookup<T> {
  const [sorted, order] = sortFields(fields);
  const moved = entries.map(({ row, value }) => ({ row: permuted(row, order), value }));
  const keyed = moved.map((entry) => [`${keyOf(entry.row)}:${text(entry.value)}`, entry] as const);
  const all = keyed.toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
  return {
    fields: sorted,
    entries: all.map(([, entry]) => entry),
    key: `${sorted.join(",")}=${all.map(([key]) => key).join(";")}`,
  };
}

/** The tuples that have an entry. */
export const tuplesOf = ({ fields, entries }: Lookup<unknown>): Relation =>
  relation(
    fields,
    entries.map(({ row }) => row),
  );

export const isEmpty = ({ rows }: Relation): boolean => rows.length === 0;
export const isFull = ({ fields, rows }: Relation): boolean =>
  rows.some((row) => fields.every((field, index) => row[2 * index] === 0 && row[2 * index + 1] === sizeOf(field)));

/** Each row of the one with each of the other. */
export const product = (one: readonly Row[], other: readonly Row[]): readonly Row[] =>
  one.flatMap((first) => other.map((second) => [...first, ...second]));

export const rowContains = (row: Row, values: readonly number[]): boolean =>
  values.every((value, index) => (row[2 * index] as number) <= value && value < (row[2 * index + 1] as number));

const keyOf = (row: Row): string => row.join(" ");
const isSomething = (row: Row): boolean =>
  row.every((bound, index) => index % 2 === 0 || bound > (row[index - 1] as number));

function sortFields(fields: readonly Field[]): readonly [readonly Field[], readonly number[] | undefined] {
  const order = fields
    .map((_, index) => index)
    .toSorted((a, b) => compareFields(fields[a] as Field, fields[b] as Field));
  if (order.every((from, to) => from === to)) return [fields, undefined];
  return [order.map((index) => fields[index] as Field), order];
}

const permuted = (row: Row, order: readonly number[] | undefined): Row =>
  order === undefined ? row : order.flatMap((index) => [row[2 * index] as number, row[2 * index + 1] as number]);
