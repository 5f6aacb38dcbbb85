/** Rules across fields of one Instance. */
import type { Finding } from "../kind.ts";
import type { Instance } from "./schema.ts";

export function validateInstance({ metadata, spec }: Instance): readonly Finding[] {
  const name = `${spec.service}-${spec.tier}-${spec.number}`;
  if (metadata.name === name) return [];
  return [
    {
      code: "NW1205",
      path: ["metadata", "name"],
      message: `${metadata.name} is not ${name}`,
      hint: "the name follows from service, tier and number",
    },
  ];
}
