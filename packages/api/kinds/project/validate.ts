/** Rules across fields of one Project. */
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { Project } from "./schema.ts";

export function validateProject({ spec }: Project): readonly Finding[] {
  return (["pools", "issuers", "hostnames"] as const).flatMap((field) => {
    const values: readonly string[] = spec[field] ?? [];
    return values.flatMap((value, index) =>
      values.indexOf(value) === index
        ? []
        : [finding("NW1205", ["spec", field, index], `${value} stands twice`, "write it once")],
    );
  });
}
