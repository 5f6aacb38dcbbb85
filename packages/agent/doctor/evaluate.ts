/** What a base chain of others may do with a packet of which only some fields are known. Pure. */
import { fieldName, isIn, matches, type PacketFacts } from "./matching.ts";
import { chainKey, type Chain, type Ruleset, type Statement } from "./ruleset.ts";

export interface Outcome {
  /** What becomes of it where no rule that cannot be judged matches. */
  readonly verdict: "accept" | "drop";
  /** True when rules that cannot be judged (sets, addresses, limits) could say otherwise. */
  readonly isMaybe: boolean;
}

type Verdict = "accept" | "drop" | "return";
/** What a chain may come to: first what is certain, then what a rule that cannot be judged would say. */
interface Walk {
  readonly sure: Verdict;
  readonly perhaps: ReadonlySet<Verdict>;
}

/** nftables refuses loops; this is a bound on what is read from elsewhere. */
const deepest = 32;

export function evaluate(ruleset: Ruleset, chain: Chain, packet: PacketFacts): Outcome {
  const { sure, perhaps } = walk(ruleset, chain, packet, 0);
  const final = (verdict: Verdict): Outcome["verdict"] => (verdict === "return" ? chain.policy : verdict);
  const verdict = final(sure);
  return { verdict, isMaybe: [...perhaps].some((other) => final(other) !== verdict) };
}

function walk(ruleset: Ruleset, chain: Chain, packet: PacketFacts, depth: number): Walk {
  const perhaps = new Set<Verdict>();
  for (const rule of depth > deepest ? [] : chain.rules) {
    const truth = matches(rule, packet);
    if (truth === false) continue;
    const said = verdictOf(ruleset, chain, rule, packet, depth);
    if (said === undefined) continue;
    for (const verdict of said.perhaps) perhaps.add(verdict);
    if (said.sure === "next") continue;
    if (truth === true) return { sure: said.sure, perhaps };
    perhaps.add(said.sure);
  }
  return { sure: "return", perhaps };
}

/** `next`: goes on with the next rule. */
type Said = { readonly sure: Verdict | "next"; readonly perhaps: ReadonlySet<Verdict> };
const nothing: ReadonlySet<Verdict> = new Set();

function verdictOf(
  ruleset: Ruleset,
  chain: Chain,
  rule: readonly Statement[],
  packet: PacketFacts,
  depth: number,
): Said | undefined {
  const statement = rule.findLast((each) => isVerdict(each));
  if (statement === undefined) return undefined;
  if ("vmap" in statement) return ofMap(ruleset, chain, statement["vmap"] as VerdictMap, packet, depth);
  return follow(ruleset, chain, statement, packet, depth);
}

const isVerdict = (statement: Statement): boolean =>
  ["accept", "drop", "reject", "return", "jump", "goto", "queue", "vmap"].some((word) => word in statement) ||
  /^(REJECT|DROP)$/.test((statement["xt"] as { name?: string } | undefined)?.name ?? "");

function follow(ruleset: Ruleset, chain: Chain, statement: Statement, packet: PacketFacts, depth: number): Said {
  if ("accept" in statement || "queue" in statement) return { sure: "accept", perhaps: nothing };
  if ("return" in statement) return { sure: "return", perhaps: nothing };
  const target = (statement["jump"] ?? statement["goto"]) as { readonly target: string } | undefined;
  if (target === undefined) return { sure: "drop", perhaps: nothing };
  const next = ruleset.get(chainKey(chain.family, chain.table, target.target));
  if (next === undefined) return { sure: "next", perhaps: nothing };
  const { sure, perhaps } = walk(ruleset, next, packet, depth + 1);
  // From a chain that was gone to, one returns past the chain that went there; from one that was jumped to, into it.
  if ("goto" in statement) return { sure, perhaps };
  return {
    sure: sure === "return" ? "next" : sure,
    perhaps: new Set([...perhaps].filter((each) => each !== "return")),
  };
}

interface VerdictMap {
  readonly key: unknown;
  readonly data: unknown;
}

function ofMap(ruleset: Ruleset, chain: Chain, { key, data }: VerdictMap, packet: PacketFacts, depth: number): Said {
  const name = fieldName(key);
  const value = name === undefined ? undefined : packet[name];
  const pairs = (data as { readonly set?: readonly (readonly [unknown, Statement])[] } | null)?.set;
  // A map by name, or by something that is not known: any of its verdicts, or none.
  if (value === undefined || pairs === undefined)
    return { sure: "next", perhaps: new Set((pairs ?? []).map(([, each]) => ("accept" in each ? "accept" : "drop"))) };
  const found = pairs.find(([each]) => isIn(value, each) === true);
  return found === undefined ? { sure: "next", perhaps: nothing } : follow(ruleset, chain, found[1], packet, depth);
}
