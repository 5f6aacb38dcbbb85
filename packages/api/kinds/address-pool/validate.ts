/** Rules across fields of one AddressPool. */
import { parsePrefix, prefixesOverlap, type Ipv6Prefix } from "@netwright/base";
import type { Finding } from "../kind.ts";
import type { AddressPool } from "./schema.ts";

/** What no provider routes: see RFC 4291 sections 2.5.3, 2.5.6 and 2.7. */
const special: readonly (readonly [Ipv6Prefix, string])[] = [
  [parsePrefix("::/16"), "reserved addresses"],
  [parsePrefix("fe80::/10"), "link-local addresses"],
  [parsePrefix("ff00::/8"), "multicast addresses"],
];

export function validateAddressPool({ spec }: AddressPool): readonly Finding[] {
  return spec.prefixes.flatMap((prefix, index): Finding[] => {
    const path = ["spec", "prefixes", index];
    const inside = special.find(([range]) => prefixesOverlap(range, prefix));
    if (inside !== undefined) return [{ code: "NW1203", path, message: `${prefix} holds ${inside[1]}`, hint: "give addresses that your provider routes to you" }];
    const earlier = spec.prefixes.slice(0, index).find((other) => prefixesOverlap(other, prefix));
    if (earlier === undefined) return [];
    return [{ code: "NW1205", path, message: `${prefix} overlaps ${earlier} of this pool`, hint: "keep the shorter one" }];
  });
}
