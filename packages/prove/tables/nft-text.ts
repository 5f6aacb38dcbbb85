/** The blocks of nft(8) text: what drivers render, and what `nft list ruleset` prints. What rules mean is for `nft-rules.ts`. */
import { NetwrightError } from "@netwright/base";

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

const lexeme = /"[^"]*"|@(?:nh|th|ll|ih),\d+,\d+|#[^\n]*|[{};,()|&]|\n|[^\s{};,()|&"]+/g;

/** @throws NW1601 for what is not such text */
export function parseNft(text: string): readonly NftTable[] {
  const reader = new Reader((text.match(lexeme) ?? []).filter((token) => !token.startsWith("#")));
  const tables: NftTable[] = [];
  for (reader.skipLines(); !reader.isOver; reader.skipLines()) {
    reader.expect("table");
    tables.push(table(reader));
  }
  return tables;
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;
  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }
  get isOver(): boolean {
    return this.#at >= this.#tokens.length;
  }
  peek(): string {
    return this.#tokens[this.#at] ?? "";
  }
  next(): string {
    if (this.isOver) throw new NetwrightError("NW1601", "text of nft ends within a block");
    return this.#tokens[this.#at++] as string;
  }
  expect(token: string): void {
    const found = this.next();
    if (found !== token) throw new NetwrightError("NW1601", `text of nft has ${found.trim()} where ${token} belongs`);
  }
  skipLines(): void {
    while (this.peek() === "\n" || this.peek() === ";") this.#at++;
  }
  /** To the end of the line or statement; blocks within are whole, and their lines are one. */
  statement(): readonly string[] {
    const found: string[] = [];
    for (let depth = 0; depth > 0 || !["\n", ";", "}"].includes(this.peek());) {
      const token = this.next();
      if (token === "{") depth++;
      if (token === "}") depth--;
      if (token !== "\n") found.push(token);
    }
    return found;
  }
}

function table(reader: Reader): NftTable {
  const [family, name] = [reader.next(), reader.next()];
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain>();
  const others: string[] = [];
  let dormant = false;
  block(reader, () => {
    const word = reader.next();
    if (word === "set" || word === "map") {
      const found = set(reader, word);
      sets.set(found.name, found);
    } else if (word === "chain") {
      const found = chain(reader);
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

function block(reader: Reader, entry: () => void): void {
  reader.expect("{");
  for (reader.skipLines(); reader.peek() !== "}"; reader.skipLines()) entry();
  reader.expect("}");
}

function set(reader: Reader, kind: NftSet["kind"]): NftSet {
  const name = reader.next();
  let flags: readonly string[] = [];
  let elements: readonly NftElement[] = [];
  block(reader, () => {
    const [word = "", ...rest] = reader.statement();
    if (word === "flags") flags = rest;
    if (word === "elements") elements = elementsIn(rest.slice(2, -1));
  });
  return { name, kind, isFilled: flags.includes("dynamic") || flags.includes("timeout"), elements };
}

/** Words behind a key that say nothing of it, and how many words follow each. */
const remarks: Readonly<Record<string, number>> = {
  comment: 1,
  timeout: 1,
  expires: 1,
  counter: 0,
  packets: 1,
  bytes: 1,
};

/** Of `{ a . b comment "c" : d, e }` what is within the braces. */
export function elementsIn(tokens: readonly string[]): readonly NftElement[] {
  const found: NftElement[] = [];
  let [key, data]: [string[], string[]] = [[], []];
  let into = key;
  const end = (): void => {
    if (key.length > 0) found.push({ key, data });
    [key, data] = [[], []];
    into = key;
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as string;
    if (token === ",") end();
    else if (token === ":") into = data;
    else if (token in remarks) at += remarks[token] as number;
    else if (token !== ".") into.push(token);
  }
  end();
  return found;
}

function chain(reader: Reader): NftChain {
  const name = reader.next();
  let [hook, policy]: [readonly string[], NftChain["policy"]] = [[], "accept"];
  const rules: NftRule[] = [];
  block(reader, () => {
    const tokens = reader.statement();
    if (tokens[0] === "type") hook = tokens;
    else if (tokens[0] === "policy") policy = tokens[1] === "drop" ? "drop" : "accept";
    else if (tokens[0] !== "comment") rules.push(rule(tokens));
  });
  return { name, hook, policy, rules };
}

function rule(tokens: readonly string[]): NftRule {
  const at = tokens.lastIndexOf("comment");
  if (at === -1 || at !== tokens.length - 2) return { tokens, comment: null };
  return { tokens: tokens.slice(0, at), comment: (tokens[at + 1] as string).replaceAll('"', "") };
}
