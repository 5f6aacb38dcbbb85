/** Rules of one table of nftables as a `Program`. What is not understood stays in it, as that. */
import { lookedAt, matchAt, needsOf, rowsOf } from "./matches.ts";
import { columnAt, type Column } from "./expressions.ts";
import type { NftChain, NftRule, NftSet, NftTable } from "./nft-text.ts";
import { anonymousSet, elementsIn } from "./nft-text.ts";
import { createHash } from "node:crypto";
import { lookup, type Row } from "./relation.ts";
import {
  accept,
  drop,
  casesOf,
  type Chain,
  type Hook,
  type Program,
  type Rule,
  type Step,
  type Verdict,
} from "./program.ts";

type Sets = ReadonlyMap<string, NftSet>;
interface Read {
  readonly steps: readonly Step[];
  readonly end: number;
}

export const programOf = ({ sets, chains }: Pick<NftTable, "sets" | "chains">): Program => ({
  chains: new Map(chains.map((chain) => [chain.name, chainOf(chain, sets)])),
});

function chainOf({ name, hook, policy, rules }: NftChain, sets: Sets): Chain {
  return {
    name,
    hook: hookOf(hook),
    policy,
    rules: rules.map((rule, index) => ruleOf(rule, `${name} rule ${index + 1}`, sets)),
  };
}

const priorities: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

function hookOf(tokens: readonly string[]): Hook | null {
  if (tokens.length === 0) return null;
  const after = (word: string): string | undefined => tokens[tokens.indexOf(word) + 1];
  const words = tokens.slice(tokens.indexOf("priority") + 1);
  const [base = "0", sign, more] = words;
  const offset = more === undefined ? 0 : Number(`${sign}${more}`);
  return {
    type: tokens[1] ?? "",
    hook: after("hook") ?? "",
    device: tokens.includes("device") ? (after("device") ?? "").replaceAll('"', "") : null,
    priority: (priorities[base] ?? Number(base)) + offset,
  };
}

function ruleOf(rule: NftRule, place: string, sets: Sets): Rule {
  const { text, label, steps } = understand(rule);
  return { name: `${place}${label}`, text, steps: steps ?? stepsOf(rule, sets) };
}

interface Understood {
  readonly text: string;
  readonly label: string;
  /** The same in every table; undefined where the rule refers to a set. */
  readonly steps: readonly Step[] | undefined;
}
const understood = new WeakMap<NftRule, Understood>();

function understand(rule: NftRule): Understood {
  const known = understood.get(rule);
  if (known !== undefined) return known;
  const { tokens, comment } = rule;
  const label = comment === null ? "" : ` (${comment.replace(/ [0-9a-f]{8}$/, "")})`;
  const steps = tokens.some(isSetName) ? undefined : stepsOf(rule, new Map());
  const made = { text: tokens.join(" "), label, steps };
  understood.set(rule, made);
  return made;
}

function stepsOf({ tokens }: NftRule, sets: Sets): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < tokens.length;) {
    const read = statementAt(tokens, at, sets) ?? unknown(tokens, at);
    steps.push(...read.steps);
    at = read.end;
  }
  return steps;
}

/** `@owners`, not the bits `@nh,144,16`. */
const isSetName = (token: string): boolean => token.startsWith("@") && !token.includes(",");

/** Everything to the rule's end; only a verdict there is sure to be one. */
function unknown(tokens: readonly string[], at: number): Read {
  const rest = tokens.slice(at);
  const text = rest.join(" ");
  const last = verdictAt(rest, rest.length - 1) ?? verdictAt(rest, rest.length - 2);
  const step: Step = { kind: "Unknown", text };
  const then: Verdict = last?.verdict ?? { kind: "End", what: `whatever "${text}" does` };
  return { steps: [step, { kind: "Verdict", verdict: then }], end: tokens.length };
}

function statementAt(tokens: readonly string[], at: number, sets: Sets): Read | undefined {
  const verdict = verdictAt(tokens, at);
  if (verdict !== undefined) return { steps: [{ kind: "Verdict", verdict: verdict.verdict }], end: verdict.end };
  switch (tokens[at] ?? "") {
    case "counter":
      return { steps: [], end: tokens[at + 1] === "packets" ? at + 5 : at + 1 };
    case "update":
    case "add":
      return updateAt(tokens, at, sets);
    case "dnat":
    case "snat":
      return translateAt(tokens, at, sets);
    case "reject":
    case "fwd":
      return { steps: [ending(tokens.slice(at).join(" "))], end: tokens.length };
    default:
      return setAt(tokens, at, sets) ?? branchAt(tokens, at, sets) ?? matchAt(tokens, at, sets);
  }
}

const ending = (what: string): Step => ({ kind: "Verdict", verdict: { kind: "End", what: what.replaceAll('"', "") } });

interface ReadVerdict {
  readonly verdict: Verdict;
  readonly end: number;
}

function verdictAt(tokens: readonly string[], at: number): ReadVerdict | undefined {
  const [word, target = ""] = tokens.slice(at, at + 2);
  if (word === "accept") return { verdict: accept, end: at + 1 };
  if (word === "drop") return { verdict: drop, end: at + 1 };
  if (word === "return") return { verdict: { kind: "Return" }, end: at + 1 };
  if (word === "continue") return { verdict: { kind: "Continue" }, end: at + 1 };
  if (word === "jump") return { verdict: { kind: "Jump", chain: target }, end: at + 2 };
  return word === "goto" ? { verdict: { kind: "Goto", chain: target }, end: at + 2 } : undefined;
}

/** The kernel prints `th sport` so where a protocol is sure, and leaves away where that was asked. */
const sure = /\b(tcp|udp) (?=sport|dport)/g;

/** Where a set is full, the rest of its rule is not carried out. */
function updateAt(tokens: readonly string[], at: number, sets: Sets): Read | undefined {
  const set = sets.get((tokens[at + 1] ?? "@").slice(1));
  const end = tokens.indexOf("}", at);
  if (set === undefined || end === -1) return undefined;
  const text = normalised(tokens.slice(at + 3, end));
  const protocol = sure.exec(text)?.[1];
  sure.lastIndex = 0;
  const needs = protocol === undefined ? [] : needsOf([columnAt([protocol, "sport"], 0)?.column as Column]);
  // What is only counted there is asked for by people, not by rules.
  const what = set.kind === "set" ? null : `${set.name} gets ${text.replace(sure, "th ")}`;
  return { steps: [...needs, { kind: "Record", set: set.name, what }], end: end + 1 };
}

/** `dnat ip6 to [fd00::1]:5300`, `dnat ip6 to A . B map @m`. */
function translateAt(tokens: readonly string[], at: number, sets: Sets): Read | undefined {
  const end = tokens[at] === "dnat" ? "destination" : "source";
  const to = tokens[at + 1] === "ip6" ? at + 2 : at + 1;
  if (tokens[to] !== "to") return undefined;
  const looked = lookedAt(tokens, to + 1);
  if (looked === undefined) {
    const [address, ...more] = tokens.slice(to + 1);
    if (address === undefined || more.length > 0) return undefined;
    const only = lookup([], [{ row: [], value: address }]);
    return { steps: [{ kind: "Translate", end, to: only }], end: tokens.length };
  }
  const map = mapAt(tokens, looked.end, "map", sets);
  const entries = map && entriesOf(looked.columns, map.set, translated);
  if (entries === undefined) return undefined;
  const by = lookup(looked.fields, entries);
  return { steps: [...needsOf(looked.columns), { kind: "Translate", end, to: by }], end: map?.end ?? tokens.length };
}

const translated = ([address = "", port]: readonly string[]): string =>
  port === undefined ? address : `[${address}]:${port}`;

function branchAt(tokens: readonly string[], at: number, sets: Sets): Read | undefined {
  const looked = lookedAt(tokens, at);
  const map = looked && mapAt(tokens, looked.end, "vmap", sets);
  const entries = map && entriesOf(looked.columns, map.set, (data) => verdictAt(data, 0)?.verdict);
  if (looked === undefined || entries === undefined) return undefined;
  const cases = casesOf(looked.fields, entries);
  return { steps: [...needsOf(looked.columns), { kind: "Branch", cases }], end: map?.end ?? tokens.length };
}

/** `map @name`, `vmap { a : accept }`. */
function mapAt(
  tokens: readonly string[],
  at: number,
  word: string,
  sets: Sets,
): { readonly set: NftSet; readonly end: number } | undefined {
  const first = tokens[at + 1] ?? "";
  if (tokens[at] !== word) return undefined;
  if (first === "{") {
    const end = tokens.indexOf("}", at);
    return {
      set: anonymousSet(elementsIn(tokens.slice(at + 2, end)), "map"),
      end: end + 1,
    };
  }
  const set = sets.get(first.slice(1));
  return set === undefined ? undefined : { set, end: at + 2 };
}

function entriesOf<T>(
  columns: readonly Column[],
  { isFilled, elements }: NftSet,
  read: (data: readonly string[]) => T | undefined,
): readonly { readonly row: Row; readonly value: T }[] | undefined {
  if (isFilled) return undefined;
  const entries: { row: Row; value: T }[] = [];
  for (const { key, data } of elements) {
    const [rows, value] = [rowsOf(columns, key), read(data)];
    if (rows === undefined || value === undefined) return undefined;
    for (const row of rows) entries.push({ row, value });
  }
  return entries;
}

/** `ct mark set 5`, `meta pkttype set host`, `ether daddr set jhash ... map @slots`. */
function setAt(tokens: readonly string[], at: number, sets: Sets): Read | undefined {
  const looked = lookedAt(tokens, at);
  if (looked === undefined || tokens[looked.end] !== "set") return undefined;
  const [column] = looked.columns;
  const [field] = column?.fields ?? [];
  if (column === undefined || field === undefined) return undefined;
  const map = tokens.indexOf("map", looked.end);
  if (map === -1) {
    const row = column.read(tokens[looked.end + 1] ?? "")?.[0];
    if (row === undefined) return undefined;
    return { steps: [{ kind: "Do", what: `${column.text} becomes ${row[0]}` }], end: looked.end + 2 };
  }
  const set = sets.get((tokens[map + 1] ?? "").slice(1));
  if (set === undefined) return undefined;
  const by = normalised(tokens.slice(looked.end + 1, map));
  const what = `${by} in ${contentOf(set)}`;
  const size = Number(/ mod (\d+)/.exec(by)?.[1] ?? Infinity);
  const unless = !set.isFilled && set.elements.length === size ? null : `${what} has none`;
  return { steps: [{ kind: "Assign", field, what: `${column.text} becomes that of ${what}`, unless }], end: map + 2 };
}

/** Numbers as numbers, however they are written. */
const normalised = (tokens: readonly string[]): string =>
  tokens.map((token) => (/^0x[0-9a-f]+$/.test(token) ? String(Number(token)) : token)).join(" ");

/** What is in a map, in short; the name of one that packets fill. */
const contentOf = ({ name, isFilled, elements }: NftSet): string =>
  isFilled ? name : digestOf(elements.map(({ key, data }) => `${normalised(key)}:${normalised(data)}`));

export const digestOf = (elements: readonly string[]): string =>
  `${elements.length} elements ${createHash("sha256").update(elements.toSorted().join(",")).digest("hex").slice(0, 16)}`;
