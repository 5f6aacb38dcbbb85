/** Rules across fields of one Lab. */
import type { Finding } from "../kind.ts";
import type { LabInput as Lab } from "./schema.ts";

export function validateLab(_object: Lab): readonly Finding[] {
  return [];
}
