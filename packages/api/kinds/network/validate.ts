/** Rules across fields of one Network. */
import type { Finding } from "../kind.ts";
import type { Network } from "./schema.ts";

export function validateNetwork(_object: Network): readonly Finding[] {
  return [];
}
