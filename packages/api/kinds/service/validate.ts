/** Rules across fields of one Service. */
import type { Finding } from "../kind.ts";
import type { ServiceInput } from "./schema.ts";

export function validateService(_object: ServiceInput): readonly Finding[] {
  return [];
}
