/** Rules across fields of one AddressPool. */
import { prefixesOverlap } from "@netwright/base";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { specialUse } from "../special-prefixes.ts";
import type { AddressPool } from "./schema.ts";

export function validateAddressPool({ spec: { prefixes } }: AddressPool): readonly Finding[] {
  return prefixes.flatMap((prefix, index) => {
    const path = ["spec", "prefixes", index];
    const special = specialUse(prefix);
    if (special !== undefined) {
      return [finding("NW1203", path, `${prefix} holds ${special}`, "give addresses that your provider routes to you")];
    }
    const earlier = prefixes.slice(0, index).find((other) => prefixesOverlap(other, prefix));
    if (earlier === undefined) return [];
    return [finding("NW1205", path, `${prefix} overlaps ${earlier} of this pool`, "keep the shorter one")];
  });
}
