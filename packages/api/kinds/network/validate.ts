/** Rules across fields of one Network. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { specialUse } from "../special-prefixes.ts";
import type { Network } from "./schema.ts";

export function validateNetwork({ spec: { prefix } }: Network): readonly Finding[] {
  const special = prefix === undefined ? undefined : specialUse(prefix);
  if (special === undefined) return [];
  const hint = "choose a /64 of your own, for example out of fd00::/8 (RFC 4193), or leave it out";
  return [finding("NW1203", ["spec", "prefix"], `${prefix} holds ${special}`, hint)];
}
