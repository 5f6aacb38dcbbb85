/** Rules across fields of one Instance. */
import type { Finding } from "../kind.ts";
import type { Instance } from "./schema.ts";

export function validateInstance(_object: Instance): readonly Finding[] {
  return [];
}
