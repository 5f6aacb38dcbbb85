/** Rules across fields of one Router. */
import type { Finding } from "../kind.ts";
import type { Router } from "./schema.ts";

export function validateRouter(_object: Router): readonly Finding[] {
  return [];
}
