/** Rules across fields of one Instance. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { Instance } from "./schema.ts";

export function validateInstance({ metadata, spec }: Instance): readonly Finding[] {
  const name = `${spec.service}-${spec.tier}-${spec.number}`;
  if (metadata.name === name) return [];
  const hint = "the name follows from service, tier and number";
  return [finding("NW1205", ["metadata", "name"], `${metadata.name} is not ${name}`, hint)];
}
