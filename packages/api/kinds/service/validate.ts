/** Rules across fields of one Service. */
import type { Finding } from "../kind.ts";
import type { ServiceInput } from "./schema.ts";
import { isWorkloadTier } from "./service.ts";
import { validateExpose } from "./validate-expose.ts";
import { validateTiers } from "./validate-tiers.ts";

export function validateService({ spec, metadata }: ServiceInput): readonly Finding[] {
  return [...validateExpose(spec), ...validateTiers(spec), ...allowFindings(spec, metadata)];
}

function allowFindings(
  { allow, tiers }: ServiceInput["spec"],
  { name, project }: ServiceInput["metadata"],
): readonly Finding[] {
  return allow.flatMap((rule, index) => {
    const path = ["spec", "allow", index];
    const known = tiers.filter(isWorkloadTier).map((tier) => tier.name);
    const target: readonly Finding[] = known.includes(rule.to)
      ? []
      : [
          {
            code: "NW1301",
            path: [...path, "to"],
            message: `there is no tier ${rule.to} with a workload here`,
            hint: `tiers: ${known.join(", ")}`,
          },
        ];
    const { service, tier, project: from = project } = rule.from;
    const own: readonly Finding[] =
      service === name && from === project && tier === rule.to
        ? [
            {
              code: "NW1205",
              path: [...path, "from"],
              message: `allows ${tier} to itself`,
              hint: "name the service and tier that open connections",
            },
          ]
        : [];
    return [...target, ...own];
  });
}
