/** Rules of `tiers[]`. */
import { earlierWith, finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { ServiceInput } from "./schema.ts";
import { isImplied, type TierInput } from "./tier.ts";
import { autoscaleFindings } from "./validate-autoscale.ts";
import { isWithin } from "./volume.ts";
import { startFindings } from "./validate-after.ts";
import { validateHealth } from "./validate-health.ts";
import { validateWorkload } from "./validate-workload.ts";

type Spec = ServiceInput["spec"];

export function validateTiers(spec: Spec): readonly Finding[] {
  const each = spec.tiers.flatMap((tier, index) => {
    const path = ["spec", "tiers", index];
    return [
      ...nameFindings(spec.tiers, index),
      ...(isImplied(tier.name) ? impliedFindings(spec, tier, path) : workloadFindings(tier, path)),
      ...(tier.mutualTls === undefined || isImplied(tier.name) ? [] : tlsFindings(spec, index)),
      ...(tier.autoscale === undefined ? [] : autoscaleFindings(tier.autoscale, [...path, "autoscale"])),
      ...validateHealth(spec, index),
    ];
  });
  return [...each, ...orderFindings(spec.tiers), ...emptyFindings(spec.tiers), ...startFindings(spec.tiers)];
}

function nameFindings(tiers: readonly TierInput[], index: number): readonly Finding[] {
  const earlier = earlierWith(tiers, index, "name");
  if (earlier === undefined) return [];
  const message = `${tiers[index]?.name} is the name of tiers[${earlier}] too`;
  return [finding("NW1205", ["spec", "tiers", index, "name"], message, "every tier has its own name")];
}

function impliedFindings({ expose }: Spec, tier: TierInput, path: FieldPath): readonly Finding[] {
  const foreign = (["workload", "health", "mutualTls", "after"] as const).filter((field) => tier[field] !== undefined);
  const implied = tier.name === "proxy" ? expose.some(({ protocol }) => protocol === "HTTPS") : expose.length > 0;
  const cause = tier.name === "proxy" ? "an HTTPS listener" : "a listener";
  const message = (field: string): string => `tier ${tier.name} is run by Netwright and has no ${field} of yours`;
  const hint = "write only replicas, autoscale, spread and drainTimeout here, or choose another name for the tier";
  const causeless = `there is no tier ${tier.name} without ${cause}`;
  return [
    ...foreign.map((field) => keyFinding("NW1205", [...path, field], message(field), hint)),
    ...(implied
      ? []
      : [finding("NW1205", [...path, "name"], causeless, `add ${cause} to expose, or leave the tier out`)]),
  ];
}

function workloadFindings({ workload }: TierInput, path: FieldPath): readonly Finding[] {
  if (workload !== undefined) return validateWorkload(workload, [...path, "workload"]);
  const hint = "only lb and proxy have no workload: say what runs, with image, command and port";
  return [finding("NW1202", [...path, "workload"], "is required", hint)];
}

/** Only proxies have certificates to show. */
function tlsFindings({ expose, tiers }: Spec, index: number): readonly Finding[] {
  const isProxied = expose.some(({ protocol }) => protocol === "HTTPS");
  if (isProxied && tiers.findIndex(({ name }) => !isImplied(name)) === index)
    return hidingFindings(tiers[index], index);
  const message = "is for the first tier behind an HTTPS listener only";
  const hint = "leave it out: nobody but proxies is given a certificate to show";
  return [keyFinding("NW1205", ["spec", "tiers", index, "mutualTls"], message, hint)];
}

/** The directory is mounted over what is there. */
function hidingFindings(tier: TierInput | undefined, index: number): readonly Finding[] {
  const directory = tier?.mutualTls?.directory;
  if (directory === undefined) return [];
  const others = [...(tier?.workload?.files ?? []), ...(tier?.workload?.volumes ?? [])];
  const clash = others.find(({ path }) => isWithin(path, directory) || isWithin(directory, path));
  if (clash === undefined) return [];
  const message = `${directory} and ${clash.path} lie in one another`;
  const path = ["spec", "tiers", index, "mutualTls", "directory"];
  return [finding("NW1205", path, message, "give the certificate a directory of its own")];
}

const rank = ({ name }: TierInput): number => (name === "lb" ? 0 : name === "proxy" ? 1 : 2);

/** Order is the way of a request, so `lb` and `proxy` stand where they are passed. */
function orderFindings(tiers: readonly TierInput[]): readonly Finding[] {
  return tiers.flatMap((tier, index) => {
    const before = tiers.slice(0, index).find((earlier) => rank(earlier) > rank(tier));
    if (before === undefined) return [];
    const hint = "a request passes lb, then proxy, then workloads: write them in this order";
    return [finding("NW1205", ["spec", "tiers", index, "name"], `${tier.name} stands after ${before.name}`, hint)];
  });
}

function emptyFindings(tiers: readonly TierInput[]): readonly Finding[] {
  if (tiers.some(({ name }) => !isImplied(name))) return [];
  return [finding("NW1202", ["spec", "tiers"], "has no tier with a workload", "add a tier that says what runs")];
}
