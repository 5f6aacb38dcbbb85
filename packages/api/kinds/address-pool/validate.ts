/** Rules across fields of one AddressPool. */
import { prefixesOverlap } from "@netwright/base";
import type { Finding } from "../kind.ts";
import { specialUse } from "../special-prefixes.ts";
import type { AddressPool } from "./schema.ts";

export function validateAddressPool({ spec }: AddressPool): readonly Finding[] {
  return spec.prefixes.flatMap((prefix, index): Finding[] => {
    const path = ["spec", "prefixes", index];
    const special = specialUse(prefix);
    if (special !== undefined) {
      const hint = "give addresses that your provider routes to you";
      return [{ code: "NW1203", path, message: `${prefix} holds ${special}`, hint }];
    }
    const earlier = spec.prefixes.slice(0, index).find((other) => prefixesOverlap(other, prefix));
    if (earlier === undefined) return [];
    return [
      { code: "NW1205", path, message: `${prefix} overlaps ${earlier} of this pool`, hint: "keep the shorter one" },
    ];
  });
}
