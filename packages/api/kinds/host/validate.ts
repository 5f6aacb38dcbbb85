/** Rules across fields of one Host. */
import type { Finding } from "../kind.ts";
import type { HostInput as Host } from "./schema.ts";

export function validateHost(_object: Host): readonly Finding[] {
  return [];
}
