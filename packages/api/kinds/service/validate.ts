/** Rules across fields of one Service. */
import { blockFindings } from "../contract/validate.ts";
import { finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { AllowInput } from "./allow.ts";
import type { ServiceInput } from "./schema.ts";
import { isWorkloadTier } from "./service.ts";
import { validateEgress } from "./validate-egress.ts";
import { validateExpose } from "./validate-expose.ts";
import { validateTiers } from "./validate-tiers.ts";

export function validateService(service: ServiceInput): readonly Finding[] {
  const { spec, metadata } = service;
  const allow = spec.allow.flatMap((rule, index) => allowFindings(service, rule, index));
  const place = { kind: "Service", project: metadata.project } as const;
  const contract = spec.contract === undefined ? [] : blockFindings(spec.contract, ["spec", "contract"], place);
  return [...validateExpose(spec), ...validateTiers(spec), ...allow, ...validateEgress(spec), ...contract];
}

function allowFindings({ spec, metadata }: ServiceInput, { from, to }: AllowInput, index: number): readonly Finding[] {
  const path = ["spec", "allow", index];
  const tiers = spec.tiers.filter(isWorkloadTier).map(({ name }) => name);
  const unknown = finding(
    "NW1301",
    [...path, "to"],
    `there is no tier ${to} with a workload here`,
    `tiers: ${tiers.join(", ")}`,
  );
  const hint = "name the service and tier that open connections";
  const itself = finding("NW1205", [...path, "from"], `allows ${from.tier} to itself`, hint);
  const sameTier =
    from.service === metadata.name && (from.project ?? metadata.project) === metadata.project && from.tier === to;
  return [...(tiers.includes(to) ? [] : [unknown]), ...(sameTier ? [itself] : [])];
}
