/** The blocks of nft(8) text: what drivers render, and what `nft list ruleset` prints. What rules mean is for `nft-rules.ts`. */
import { Remembered } from "@netwright/base";
import { NftReader, wordsIn, type Words } from "./nft-reader.ts";

export interface NftTable {
  readonly family: string;
  readonly name: string;
  /** It is there, and the kernel does not ask it. */
  readonly dormant: boolean;
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: readonly NftChain[];
  /** Objects that only others make: flow tables, helpers, quotas. */
  readonly others: readonly string[];
}

export interface NftSet {
  readonly name: string;
  readonly kind: "set" | "map";
  /** Packets or answers fill it: what is in it is of no state. */
  readonly isFilled: boolean;
  /** The elements as they were written, with nothing but commas between them. */
  readonly list: string;
  readonly elements: readonly NftElement[];
}

export interface NftElement {
  /** The parts of a concatenation. */
  readonly key: readonly string[];
  /** Of a map. */
  readonly data: readonly string[];
}

export interface NftChain {
  readonly name: string;
  /** `type filter hook prerouting priority -300` as tokens; empty where no hook asks it. */
  readonly hook: readonly string[];
  readonly policy: "accept" | "drop";
  readonly rules: readonly NftRule[];
}

export interface NftRule {
  readonly tokens: readonly string[];
  readonly comment: string | null;
}

/** @throws NW1601 for what is not such text */
export function parseNft(text: string): readonly NftTable[] {
  const reader = new NftReader(text);
  const tables: NftTable[] = [];
  for (reader.skipLines(); !reader.isOver; reader.skipLines()) {
    reader.expect("table");
    tables.push(table(reader));
  }
  return tables;
}

function table(reader: NftReader): NftTable {
  const [family, name] = [reader.next(), reader.next()];
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain>();
  const others: string[] = [];
  let dormant = false;
  block(reader, () => {
    const word = reader.next();
    if (word === "set" || word === "map") {
      const found = setNext(reader, word);
      sets.set(found.name, found);
    } else if (word === "chain") {
      const found = chainNext(reader);
      const before = chains.get(found.name);
      // Chains that verdict maps refer to are named first, and filled later.
      chains.set(found.name, before === undefined || found.rules.length > 0 || found.hook.length > 0 ? found : before);
    } else {
      const rest = reader.statement();
      if (word === "flags" && rest.includes("dormant")) dormant = true;
      if (!["flags", "comment"].includes(word)) others.push([word, rest[0]].join(" "));
    }
  });
  return { family, name, dormant, sets, chains: [...chains.values()], others };
}

function block(reader: NftReader, entry: () => void): void {
  reader.expect("{");
  for (reader.skipLines(); reader.peek() !== "}"; reader.skipLines()) entry();
  reader.expect("}");
}

/** Many stand in the tables of many namespaces word for word, and are read once. */
const emptySets = new Remembered<string, NftSet>(4096);
const knownChains = new Remembered<string, NftChain>(4096);
const knownRules = new Remembered<string, { readonly rule: NftRule | undefined }>(16_384);

function setNext(reader: NftReader, kind: NftSet["kind"]): NftSet {
  const text = reader.block();
  if (text === undefined || text.includes("elements")) return set(reader, kind);
  reader.skip(text.length);
  return emptySets.of(`${kind}${text}`, (copy) => set(new NftReader(copy.slice(kind.length)), kind));
}

function set(reader: NftReader, kind: NftSet["kind"]): NftSet {
  const name = reader.next();
  let flags: Words = [];
  let list = "";
  block(reader, () => {
    if (reader.peek() === "elements") list = elementList(reader);
    else {
      const [word, ...rest] = reader.statement();
      if (word === "flags") flags = rest;
    }
  });
  const isFilled = flags.includes("dynamic") || flags.includes("timeout");
  return new ListedSet(name, kind, isFilled, list);
}

/** `elements = { a, b }` without its frame. */
function elementList(reader: NftReader): string {
  const text = reader.list();
  reader.skip(text.length);
  return text
    .slice(text.indexOf("{") + 1, -1)
    .trim()
    .replace(/,\s+/g, ",");
}

/** What is in long lists is hardly ever asked for one by one. */
class ListedSet implements NftSet {
  readonly name: string;
  readonly kind: NftSet["kind"];
  readonly isFilled: boolean;
  readonly list: string;
  #elements: readonly NftElement[] | undefined;

  constructor(name: string, kind: NftSet["kind"], isFilled: boolean, list: string) {
    this.name = name;
    this.kind = kind;
    this.isFilled = isFilled;
    this.list = list;
  }

  get elements(): readonly NftElement[] {
    return (this.#elements ??= elementsIn(wordsIn(this.list)));
  }
}

/** Of elements within a rule. */
export const anonymousSet = (elements: readonly NftElement[], kind: NftSet["kind"] = "set"): NftSet => ({
  name: "",
  kind,
  isFilled: false,
  list: "",
  elements,
});

/** Words behind a key that say nothing of it, and how many words follow each. */
const remarks: ReadonlyMap<string, number> = new Map([
  ["comment", 1],
  ["timeout", 1],
  ["expires", 1],
  ["counter", 0],
  ["packets", 1],
  ["bytes", 1],
]);

/** Of `{ a . b comment "c" : d, e }` what is within the braces. */
export function elementsIn(words: Words): readonly NftElement[] {
  const found: NftElement[] = [];
  let [key, data]: [string[], string[]] = [[], []];
  let into = key;
  const end = (): void => {
    if (key.length > 0) found.push({ key, data });
    [key, data] = [[], []];
    into = key;
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === ",") end();
    else if (word === ":") into = data;
    else if (remarks.has(word)) at += remarks.get(word) as number;
    else if (word !== ".") into.push(word);
  }
  end();
  return found;
}

function chainNext(reader: NftReader): NftChain {
  const text = reader.block();
  if (text === undefined) return chain(reader);
  reader.skip(text.length);
  return knownChains.of(text, (copy) => chain(new NftReader(copy)));
}

function chain(reader: NftReader): NftChain {
  const name = reader.next();
  let [hook, policy]: [Words, NftChain["policy"]] = [[], "accept"];
  const rules: NftRule[] = [];
  block(reader, () => {
    const word = reader.peek();
    if (word === "type") hook = reader.statement();
    else if (word === "policy") policy = reader.statement()[1] === "drop" ? "drop" : "accept";
    else if (word === "comment") reader.statement();
    else rules.push(ruleNext(reader));
  });
  return { name, hook, policy, rules };
}

function ruleNext(reader: NftReader): NftRule {
  const line = reader.restOfLine();
  const { rule } = knownRules.of(line, (copy) => {
    const words = wordsIn(copy);
    return { rule: isOneStatement(words) ? ruleOf(words) : undefined };
  });
  if (rule === undefined) return ruleOf(reader.statement());
  reader.skip(line.length);
  return rule;
}

/** A line that is a statement, whole, and nothing else. */
function isOneStatement(words: Words): boolean {
  let depth = 0;
  for (const word of words) {
    if (depth === 0 && (word === ";" || word === "}")) return false;
    if (word === "{") depth++;
    if (word === "}") depth--;
  }
  return depth === 0;
}

function ruleOf(words: Words): NftRule {
  const at = words.lastIndexOf("comment");
  if (at === -1 || at !== words.length - 2) return { tokens: words, comment: null };
  return { tokens: words.slice(0, at), comment: (words[at + 1] as string).replaceAll('"', "") };
}
