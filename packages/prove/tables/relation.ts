/** A set of tuples of fields: what one match of a rule, or one set of elements, stands for. */
import { compareFields, sizeOf, type Field } from "./fields.ts";

/** For each field its lower bound, within, and its upper bound, beyond. */
export type Row = readonly number[];

export interface Relation {
  /** By `compareFields`. */
  readonly fields: readonly Field[];
  /** Sorted, no two alike. None: no packet. One without bounds: every packet. */
  readonly rows: readonly Row[];
  /** Known to be so, without a look into what is long. */
  readonly isEmpty: boolean;
  readonly isFull: boolean;
  /** Two of the same key are the same, and only these. */
  readonly key: string;
  /** Two of the same label are the same; two that are the same may have two. It costs nothing. */
  readonly label: string;
}

/** To each tuple something; no two rows overlap. */
export interface Lookup {
  /** That have an entry. */
  readonly tuples: Relation;
  readonly entries: readonly { readonly row: Row; readonly value: string }[];
  readonly key: string;
}

export function relation(fields: readonly Field[], rows: readonly Row[]): Relation {
  const [sorted, order] = sortFields(fields);
  const byKey = new Map<string, Row>();
  for (const each of rows) {
    const row = permuted(each, order);
    if (isSomething(row)) byKey.set(keyOf(row), row);
  }
  const keys = [...byKey.keys()].toSorted();
  const key = `${sorted.join(",")}=${keys.join(";")}`;
  return {
    fields: sorted,
    rows: keys.map((each) => byKey.get(each) as Row),
    isEmpty: keys.length === 0,
    isFull: keys.some((each) => isEverything(sorted, byKey.get(each) as Row)),
    key,
    label: key,
  };
}

/** Of words that each stand for rows of these fields. What is in a long list is hardly ever asked for, so it is read late. */
export function longList(fields: readonly Field[], words: string, read: () => readonly Row[]): Relation {
  let made: Relation | undefined;
  const whole = (): Relation => (made ??= relation(fields, read()));
  return {
    fields,
    get rows() {
      return whole().rows;
    },
    isEmpty: false,
    isFull: false,
    get key() {
      return whole().key;
    },
    label: `${fields.join(",")} in ${words}`,
  };
}

export function lookup(fields: readonly Field[], entries: Lookup["entries"]): Lookup {
  const [sorted, order] = sortFields(fields);
  const keyed = entries.map(({ row, value }) => {
    const moved = permuted(row, order);
    return { key: `${keyOf(moved)}:${value}`, entry: { row: moved, value } };
  });
  const all = keyed.toSorted((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)));
  const moved = all.map(({ entry }) => entry);
  return {
    tuples: relation(
      sorted,
      moved.map(({ row }) => row),
    ),
    entries: moved,
    key: `${sorted.join(",")}=${all.map(({ key }) => key).join(";")}`,
  };
}

const isEverything = (fields: readonly Field[], row: Row): boolean =>
  fields.every((field, index) => row[2 * index] === 0 && row[2 * index + 1] === sizeOf(field));

/** What a product begins with: one row without bounds. */
export const nothingYet: readonly Row[] = [[]];

/** Each row of the one with each of the other. */
export const product = (one: readonly Row[], other: readonly Row[]): readonly Row[] =>
  one === nothingYet ? other : one.flatMap((first) => other.map((second) => [...first, ...second]));

export const rowContains = (row: Row, values: readonly number[]): boolean =>
  values.every((value, index) => (row[2 * index] as number) <= value && value < (row[2 * index + 1] as number));

const keyOf = (row: Row): string => row.join(" ");

function isSomething(row: Row): boolean {
  for (let at = 0; at < row.length; at += 2) if ((row[at] as number) >= (row[at + 1] as number)) return false;
  return true;
}

type Sorted = readonly [fields: readonly Field[], order: readonly number[] | undefined];
/** By the array itself: the same ones are asked for again and again. */
const sortedFields = new WeakMap<readonly Field[], Sorted>();

function sortFields(fields: readonly Field[]): Sorted {
  const known = sortedFields.get(fields);
  if (known !== undefined) return known;
  const order = fields
    .map((_, index) => index)
    .toSorted((a, b) => compareFields(fields[a] as Field, fields[b] as Field));
  const isSorted = order.every((from, to) => from === to);
  const made: Sorted = isSorted ? [fields, undefined] : [order.map((index) => fields[index] as Field), order];
  sortedFields.set(fields, made);
  return made;
}

const permuted = (row: Row, order: readonly number[] | undefined): Row =>
  order === undefined ? row : order.flatMap((index) => [row[2 * index] as number, row[2 * index + 1] as number]);
