/** What `nft -j list table` tells, as far as the drivers compare it. Pure. */
import { formatIpv6, ipv6Value, NetwrightError, seconds, type Milliseconds } from "@netwright/base";

export interface TableHave {
  readonly sets: ReadonlyMap<string, SetHave>;
  readonly chains: ReadonlyMap<string, ChainHave>;
}

export interface SetHave {
  readonly kind: "set" | "map";
  readonly comment: string;
  /** By `elementId`. */
  readonly elements: ReadonlyMap<string, ElementHave>;
}

export interface ElementHave {
  readonly data: string | undefined;
  readonly comment: string | undefined;
  /** Only where elements count. */
  readonly packets: number;
  readonly bytes: number;
  /** Until it goes by itself; only where elements do. */
  readonly expires?: Milliseconds;
}

export interface ChainHave {
  readonly type: string | undefined;
  readonly hook: string | undefined;
  readonly priority: number | undefined;
  readonly policy: string | undefined;
  readonly rules: readonly RuleHave[];
}

export interface RuleHave {
  /** Empty where the rule has none: then it is not ours. */
  readonly comment: string;
  readonly handle: number;
  readonly packets: number;
  readonly bytes: number;
}

type Json = Readonly<Record<string, unknown>>;

/** @throws NW1601 when the text is not what nft writes. */
export function parseTable(text: string): TableHave {
  const sets = new Map<string, SetHave>();
  const chains = new Map<string, ChainHave & { readonly rules: RuleHave[] }>();
  for (const item of items(text)) {
    const set = (item["set"] ?? item["map"]) as Json | undefined;
    if (set !== undefined) sets.set(String(set["name"]), parseSet(set, item["set"] === undefined ? "map" : "set"));
    const chain = item["chain"] as Json | undefined;
    if (chain !== undefined) chains.set(String(chain["name"]), parseChain(chain));
    const rule = item["rule"] as Json | undefined;
    if (rule !== undefined) chains.get(String(rule["chain"]))?.rules.push(parseRule(rule));
  }
  return { sets, chains };
}

function items(text: string): readonly Json[] {
  try {
    return (JSON.parse(text) as { readonly nftables: readonly Json[] }).nftables;
  } catch (cause) {
    throw new NetwrightError("NW1601", "nft did not answer in JSON", { cause });
  }
}

function parseChain(chain: Json): ChainHave & { readonly rules: RuleHave[] } {
  return {
    type: chain["type"] as string | undefined,
    hook: chain["hook"] as string | undefined,
    priority: chain["prio"] as number | undefined,
    policy: chain["policy"] as string | undefined,
    rules: [],
  };
}

function parseRule(rule: Json): RuleHave {
  const expressions = (rule["expr"] ?? []) as readonly Json[];
  const found = expressions.find((expression) => typeof expression["counter"] === "object");
  return {
    comment: (rule["comment"] as string | undefined) ?? "",
    handle: rule["handle"] as number,
    ...counterOf(found),
  };
}

function counterOf(holder: Json | undefined): { readonly packets: number; readonly bytes: number } {
  const counter = holder?.["counter"] as { readonly packets?: number; readonly bytes?: number } | null | undefined;
  return { packets: counter?.packets ?? 0, bytes: counter?.bytes ?? 0 };
}

function parseSet(set: Json, kind: SetHave["kind"]): SetHave {
  const elements = new Map<string, ElementHave>();
  for (const entry of (set["elem"] ?? []) as readonly unknown[]) {
    const [left, right] = kind === "map" ? (entry as readonly [unknown, unknown]) : [entry, undefined];
    const wrapped = (left as { readonly elem?: Json } | null)?.elem;
    elements.set(words(wrapped?.["val"] ?? left), {
      data: right === undefined ? undefined : words(right),
      comment: wrapped?.["comment"] as string | undefined,
      ...counterOf(wrapped),
      ...(typeof wrapped?.["expires"] === "number" ? { expires: seconds(wrapped["expires"]) } : {}),
    });
  }
  return { kind, comment: (set["comment"] as string | undefined) ?? "", elements };
}

/** A key or a datum in the words that nft reads: `2 . 3 . tcp . 8080`, `goto refuse`, `accept`. */
function words(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return canonical(value);
  const object = value as Json;
  if (Array.isArray(object["concat"])) return object["concat"].map(words).join(" . ");
  const [verb, detail] = Object.entries(object)[0] ?? ["", null];
  const target = (detail as { readonly target?: string } | null)?.target;
  return target === undefined ? verb : `${verb} ${target}`;
}

function canonical(text: string): string {
  if (text.startsWith("0x")) return `0x${text.slice(2).replace(/^0+(?=.)/, "")}`;
  const address = text.includes(":") ? ipv6Value(text) : undefined;
  return address === undefined ? text : formatIpv6(address);
}
