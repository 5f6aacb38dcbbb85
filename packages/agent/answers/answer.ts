/** What a resolver tells of a name, one line each. It reads answers of strangers, so nothing of it is taken unread. Pure. */
import {
  formatIpv6,
  internet,
  ipv6Value,
  prefixContains,
  seconds,
  type Ipv6,
  type Milliseconds,
} from "@netwright/base";

export interface Answer {
  /** That was asked for, whatever aliases led to the addresses. */
  readonly name: string;
  readonly ttl: Milliseconds;
  readonly addresses: readonly Ipv6[];
}

/** Addresses of one answer. */
const most = 64;
/** Enough for a name and so many addresses. */
export const longestLine = 8192;
/** What resolvers keep at most, RFC 8767 section 4: seven days. */
const longestTtl = 604_800;

/** Undefined when it is not such a line, or has no address that could be reached. */
export function parseAnswer(line: string): Answer | undefined {
  const fields = fieldsOf(line);
  const { name, ttl, addresses } = fields;
  if (typeof name !== "string" || name.length > 253 || !/^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name))
    return undefined;
  if (!Number.isInteger(ttl) || (ttl as number) < 0 || !Array.isArray(addresses)) return undefined;
  const usable = (addresses as readonly unknown[]).slice(0, most).flatMap(addressOf);
  if (usable.length === 0) return undefined;
  return { name, ttl: seconds(Math.min(ttl as number, longestTtl)), addresses: [...new Set(usable)] };
}

function addressOf(text: unknown): readonly Ipv6[] {
  const value = typeof text === "string" ? ipv6Value(text) : undefined;
  if (value === undefined) return [];
  const address = formatIpv6(value);
  return prefixContains(internet, address) ? [address] : [];
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
