/** BIRD prefix sets and the conditions made of them. Pure. */
import { hostPrefix, prefixParts, type Ipv6, type Ipv6Prefix } from "@netwright/base";

export const firstAddress = (prefix: Ipv6Prefix): Ipv6 => prefix.slice(0, prefix.indexOf("/")) as Ipv6;

/** The first address of a pool, as a route: announced by a host while it announces anything of that pool. */
export function anchorOf(pool: Ipv6Prefix): Ipv6Prefix {
  return hostPrefix(firstAddress(pool));
}

/** Matches exactly these prefixes. BIRD refuses an empty set, so none is plainly false. */
export function isOneOf(prefixes: readonly Ipv6Prefix[]): string {
  return membership(prefixes.map(String));
}

/** Matches these prefixes and everything inside them. */
export function isWithin(prefixes: readonly Ipv6Prefix[]): string {
  return membership(prefixes.map((prefix) => `${prefix}+`));
}

/** Matches single addresses inside these prefixes. */
export function isAddressIn(prefixes: readonly Ipv6Prefix[]): string {
  return membership(prefixes.map((prefix) => (prefixParts(prefix).length === 128 ? prefix : `${prefix}{128,128}`)));
}

const membership = (items: readonly string[]): string =>
  items.length === 0 ? "false" : `net ~ [ ${items.join(", ")} ]`;
