/** Rules across fields of one AddressPool. */
import type { Finding } from "../kind.ts";
import type { AddressPool } from "./schema.ts";

export function validateAddressPool(_object: AddressPool): readonly Finding[] {
  return [];
}
