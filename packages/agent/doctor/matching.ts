/** Whether a packet of which only some fields are known matches an expression of nftables: yes, no, or it cannot be told. Pure. */
import type { Statement } from "./ruleset.ts";

/** Known fields by name, for example `udp.dport`, `meta.iifname`, `ct.state`. */
export type PacketFacts = Readonly<Record<string, string | number>>;

type Truth = boolean | undefined;

const transports: ReadonlySet<string> = new Set(["tcp", "udp", "icmpv6", "icmp", "sctp", "udplite", "dccp"]);

/** Statements that decide nothing. */
const idle = new Set(["counter", "log", "comment", "mangle", "notrack", "meter", "set", "quota"]);
const verdicts = new Set(["accept", "drop", "reject", "jump", "goto", "return", "queue", "vmap"]);

/** All conditions of one rule together. */
export function matches(rule: readonly Statement[], packet: PacketFacts): Truth {
  let truth: Truth = true;
  for (const statement of rule) {
    const [key = ""] = Object.keys(statement);
    if (idle.has(key) || verdicts.has(key) || isTarget(statement)) continue;
    const each = key === "match" ? matchOne(statement["match"] as Match, packet) : undefined;
    if (each === false) return false;
    if (each === undefined) truth = undefined;
  }
  return truth;
}

const isTarget = (statement: Statement): boolean =>
  (statement["xt"] as { type?: string } | undefined)?.type === "target";

interface Match {
  readonly op: string;
  readonly left: unknown;
  readonly right: unknown;
}

function matchOne({ op, left, right }: Match, packet: PacketFacts): Truth {
  const name = fieldName(left);
  if (name === undefined) return undefined;
  const value =
    packet[name] ?? (name.startsWith("th.") ? packet[`${packet["meta.l4proto"]}.${name.slice(3)}`] : undefined);
  if (value === undefined) return isOfOther(name, packet) ? false : undefined;
  if (op === "==" || op === "in") return isIn(value, right);
  if (op === "!=") return not(isIn(value, right));
  if (typeof right !== "number" || typeof value !== "number") return undefined;
  return { "<": value < right, ">": value > right, "<=": value <= right, ">=": value >= right }[op];
}

const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);

/** `tcp dport` of a UDP packet, or `ip saddr` of one of IPv6: nftables checks that first. */
function isOfOther(name: string, packet: PacketFacts): boolean {
  const [protocol = ""] = name.split(".");
  const own = packet["meta.l4proto"] === "ipv6-icmp" ? "icmpv6" : packet["meta.l4proto"];
  return protocol === "ip" || protocol === "arp" || (transports.has(protocol) && protocol !== own);
}

export function fieldName(left: unknown): string | undefined {
  if (typeof left !== "object" || left === null) return undefined;
  const { payload, meta, ct } = left as Record<string, { protocol?: string; field?: string; key?: string } | undefined>;
  if (payload?.protocol !== undefined && payload.field !== undefined) return `${payload.protocol}.${payload.field}`;
  if (meta?.key !== undefined) return `meta.${meta.key}`;
  return ct?.key === undefined ? undefined : `ct.${ct.key}`;
}

/** @param right a value, a list of them, a set, a range, a prefix, or the name of a set (which is not looked at) */
export function isIn(value: string | number, right: unknown): Truth {
  if (Array.isArray(right)) return anyOf(right.map((each) => isIn(value, each)));
  if (typeof right === "string" && right.startsWith("@")) return undefined;
  if (typeof right === "string" && right.endsWith("*")) return String(value).startsWith(right.slice(0, -1));
  if (typeof right === "string" || typeof right === "number") return String(right) === String(value);
  const { set, range, elem } = (right ?? {}) as { set?: unknown; range?: readonly unknown[]; elem?: { val?: unknown } };
  if (set !== undefined) return isIn(value, set);
  if (elem !== undefined) return isIn(value, elem.val);
  if (range === undefined || typeof value !== "number") return undefined;
  const [low, high] = range;
  return typeof low === "number" && typeof high === "number" ? low <= value && value <= high : undefined;
}

function anyOf(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}
