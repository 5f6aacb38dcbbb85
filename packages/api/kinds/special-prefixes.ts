/** Ranges that are no place for services or tenants (RFC 4291 sections 2.5.2, 2.5.6 and 2.7), and our own. */
import { parsePrefix, prefixesOverlap, type Ipv6Prefix } from "@netwright/base";

const ranges: readonly (readonly [Ipv6Prefix, string])[] = [
  [parsePrefix("::/16"), "reserved addresses"],
  [parsePrefix("fe80::/10"), "link-local addresses"],
  [parsePrefix("ff00::/8"), "multicast addresses"],
  [parsePrefix("fd6e:7700::/64"), "the addresses of Netwright's own resolvers"],
];

/** What is wrong with a prefix, in words; undefined when it may be used. */
export function specialUse(prefix: Ipv6Prefix): string | undefined {
  return ranges.find(([range]) => prefixesOverlap(range, prefix))?.[1];
}
