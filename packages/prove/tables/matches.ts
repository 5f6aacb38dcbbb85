/** Matches of nft(8): what is looked at, how it is compared, and with what. */
import { NetwrightError } from "@netwright/base";
import { columnAt, type Column } from "./expressions.ts";
import { longList, nothingYet, product, relation, type Relation, type Row } from "./relation.ts";
import { circumstance, type Step } from "./program.ts";
import { anonymousSet, elementsIn, type NftSet } from "./nft-text.ts";
import { sizeOf, type Field } from "./fields.ts";
import { addressRows, isLongList } from "./values.ts";

/** A concatenation: one column, or several. */
export interface Looked {
  readonly columns: readonly Column[];
  readonly fields: readonly Field[];
  /** Where the next token is. */
  readonly end: number;
}

/** Of the words of rules that stand in many tables. */
const known = new WeakMap<readonly string[], (Looked | null)[]>();

export function lookedAt(tokens: readonly string[], from: number): Looked | undefined {
  const all = known.get(tokens) ?? [];
  known.set(tokens, all);
  const looked = (all[from] ??= lookAt(tokens, from) ?? null);
  return looked ?? undefined;
}

function lookAt(tokens: readonly string[], from: number): Looked | undefined {
  const columns: Column[] = [];
  for (let at = from; ; at++) {
    const found = columnAt(tokens, at);
    if (found === undefined) return undefined;
    columns.push(found.column);
    at += found.length;
    if (tokens[at] !== ".") return { columns, fields: columns.flatMap(({ fields }) => fields), end: at };
  }
}

export const textOf = (columns: readonly Column[]): string => columns.map(({ text }) => text).join(" . ");

/** What must be so before the kernel reads them. */
export const needsOf = (columns: readonly Column[]): readonly Step[] =>
  columns.flatMap(({ needs }) => needs).map((test): Step => ({ kind: "Test", test, negated: false }));

/** All boxes of one element; undefined where a part is not understood. */
export function rowsOf(columns: readonly Column[], key: readonly string[]): readonly Row[] | undefined {
  if (columns.length !== key.length) return undefined;
  return columns.reduce<readonly Row[] | undefined>((rows, { read }, index) => {
    const own = read(key[index] as string);
    return rows === undefined || own === undefined ? undefined : product(rows, own);
  }, nothingYet);
}

/** Of elements, or of those of a named set. */
export function membership({ columns, fields }: Looked, set: NftSet): Relation | undefined {
  if (set.isFilled) return filled(textOf(columns), set.name);
  const [column] = columns;
  if (columns.length === 1 && column?.read === addressRows && isLongList(set.list))
    return longList(fields, set.list, () => rowsOfSet(columns, set) ?? notAddresses(set));
  const rows = rowsOfSet(columns, set);
  return rows === undefined ? undefined : relation(fields, rows);
}

function notAddresses({ name }: NftSet): never {
  throw new NetwrightError("NW1601", `text of nft has something in set ${name} that is no address`);
}

function rowsOfSet(columns: readonly Column[], { elements }: NftSet): readonly Row[] | undefined {
  const found: Row[] = [];
  for (const { key } of elements) {
    const rows = rowsOf(columns, key);
    if (rows === undefined) return undefined;
    for (const row of rows) found.push(row);
  }
  return found;
}

/** What packets or answers have put into a set is no matter of rules: it may be in it or not. */
export const filled = (text: string, set: string): Relation => circumstance(`${text} is in ${set}`);

const operators = new Set(["!=", "==", "<", ">", "<=", ">="]);

export interface Matched {
  readonly steps: readonly Step[];
  readonly end: number;
}

/** The match whose words begin at this place; undefined where there is none that is understood. */
export function matchAt(
  tokens: readonly string[],
  from: number,
  sets: ReadonlyMap<string, NftSet>,
): Matched | undefined {
  const special = statusAt(tokens, from) ?? flagsAt(tokens, from);
  if (special !== undefined) return special;
  const looked = lookedAt(tokens, from);
  if (looked === undefined) return undefined;
  const { columns } = looked;
  const operator = operators.has(tokens[looked.end] ?? "") ? (tokens[looked.end] as string) : "==";
  const at = operators.has(tokens[looked.end] ?? "") ? looked.end + 1 : looked.end;
  const found = comparedWith(looked, operator, tokens, at, sets);
  if (found === undefined) return undefined;
  const test: Step = { kind: "Test", test: found.test, negated: operator === "!=" };
  return { steps: [...needsOf(columns), test], end: found.end };
}

interface Compared {
  readonly test: Relation;
  readonly end: number;
}

function comparedWith(
  looked: Looked,
  operator: string,
  tokens: readonly string[],
  at: number,
  sets: ReadonlyMap<string, NftSet>,
): Compared | undefined {
  const first = tokens[at] ?? "";
  const made = (test: Relation | undefined, end: number): Compared | undefined =>
    test === undefined ? undefined : { test, end };
  if (operator.startsWith("<") || operator.startsWith(">"))
    return made(ordered(looked.columns, operator, first), at + 1);
  if (first === "{") {
    const end = tokens.indexOf("}", at);
    const elements = elementsIn(tokens.slice(at + 1, end));
    return made(membership(looked, anonymousSet(elements)), end + 1);
  }
  if (first.startsWith("@")) {
    const set = sets.get(first.slice(1));
    return made(set === undefined ? undefined : membership(looked, set), at + 1);
  }
  const list = [first];
  let end = at + 1;
  for (; tokens[end] === ","; end += 2) list.push(tokens[end + 1] ?? "");
  const elements = list.map((word) => ({ key: [word], data: [] }));
  return made(membership(looked, anonymousSet(elements)), end);
}

/** Of one number. */
function ordered(columns: readonly Column[], operator: string, word: string): Relation | undefined {
  const [column] = columns;
  const row = column?.read(word)?.[0];
  if (columns.length !== 1 || column?.fields.length !== 1 || row === undefined) return undefined;
  const [from = 0, to = 0] = row;
  const size = sizeOf(column.fields[0] as string);
  const bounds = { "<": [0, from], "<=": [0, to], ">": [to, size], ">=": [from, size] }[operator];
  return bounds === undefined ? undefined : relation(column.fields, [bounds]);
}

/** `ct status dnat`: bits that are looked at one by one. */
function statusAt(tokens: readonly string[], from: number): Matched | undefined {
  const [ct, status, bit = ""] = tokens.slice(from, from + 3);
  if (ct !== "ct" || status !== "status" || !["dnat", "snat"].includes(bit) || tokens[from + 3] === ",")
    return undefined;
  return { steps: [{ kind: "Test", test: relation([bit], [[1, 2]]), negated: false }], end: from + 3 };
}

const flagBits: Readonly<Record<string, number>> = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ecn: 64,
  cwr: 128,
};

/** `tcp flags & (fin | syn | rst) != 0`, which the kernel prints as `tcp flags fin,syn,rst` as well. */
function flagsAt(tokens: readonly string[], from: number): Matched | undefined {
  if (tokens[from] !== "tcp" || tokens[from + 1] !== "flags") return undefined;
  const text = tokens.slice(from + 2).join(" ");
  const match =
    /^& \( ([a-z |]+) \) (==|!=) (?:0x)?0(?= |$)/.exec(text) ?? /^(?:(!) )?([a-z]+(?: , [a-z]+)*)(?= |$)/.exec(text);
  if (match === null) return undefined;
  const [whole, one = "", two = ""] = match;
  const isMasked = whole.startsWith("&");
  const names = (isMasked ? one : two).split(/[ |,]+/).filter((name) => name !== "");
  const isNone = isMasked ? two === "==" : one === "!";
  const bits = names.map((name) => flagBits[name]);
  if (bits.some((bit) => bit === undefined)) return undefined;
  const mask = bits.reduce<number>((sum, bit) => sum | (bit as number), 0);
  const rows = Array.from({ length: 256 }, (_, value) => value)
    .filter((value) => (value & mask) !== 0)
    .map((value) => [value, value + 1]);
  const tcp: Step = { kind: "Test", test: relation(["protocol"], [[6, 7]]), negated: false };
  return {
    steps: [tcp, { kind: "Test", test: relation(["tcpFlags"], rows), negated: isNone }],
    end: from + 2 + whole.split(" ").length,
  };
}
