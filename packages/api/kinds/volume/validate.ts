/** Rules across fields of one Volume. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { Volume } from "./schema.ts";

export function validateVolume({ metadata, spec }: Volume): readonly Finding[] {
  const name = `${spec.service}-${spec.tier}-${spec.volume}-${spec.ordinal}`;
  if (metadata.name === name) return [];
  const hint = "the name follows from service, tier, volume and ordinal";
  return [finding("NW1205", ["metadata", "name"], `${metadata.name} is not ${name}`, hint)];
}
