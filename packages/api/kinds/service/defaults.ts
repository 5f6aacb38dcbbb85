/** Defaults of a Service that follow from other fields. */
import type { AllowInput } from "./allow.ts";
import { tierProtocols, type Reach } from "./chain.ts";
import type { ExposeInput } from "./expose.ts";
import { healthSchema, type Health } from "./health.ts";
import type { ServiceInput } from "./schema.ts";
import {
  isWorkloadTier,
  type Allow,
  type Listener,
  type Service,
  type WorkloadTier,
  type WrittenImpliedTier,
} from "./service.ts";
import type { TierInput } from "./tier.ts";

const httpsPort = 443;
const defaultHealth: Health = healthSchema.parse({ tcp: true });

/** Invariant: the object passed `validateService`, so the first workload tier and every named one exist. */
export function completeService(object: ServiceInput): Service {
  const { spec, metadata } = object;
  const workloads = spec.tiers.filter(isWorkloadTier);
  const expose = spec.expose.map((listener) => completeListener(listener, workloads));
  const allow = spec.allow.map((rule) => completeAllow(rule, metadata.project, workloads));
  const reach = { expose, allow, tiers: workloads };
  return { ...object, spec: { ...spec, expose, tiers: spec.tiers.map((tier) => completeTier(tier, reach)), allow } };
}

function completeListener(listener: ExposeInput, workloads: readonly WorkloadTier[]): Listener {
  const { hostname, families } = listener;
  if (listener.protocol === "HTTPS") {
    const { port = httpsPort, certificate = "auto", certificateRef, redirectHttp = true, hsts, issuer } = listener;
    return {
      hostname,
      protocol: "HTTPS",
      port,
      ...(certificateRef === undefined ? { certificate } : { certificateRef }),
      redirectHttp,
      families,
      ...(hsts === undefined ? {} : { hsts }),
      ...(issuer === undefined ? {} : { issuer }),
    };
  }
  const { protocol, port = 0, tier = workloads[0]?.name ?? "" } = listener;
  return { hostname, protocol, port, tier, families };
}

function completeTier(tier: TierInput, reach: Reach): WorkloadTier | WrittenImpliedTier {
  const { name, replicas, spread } = tier;
  const drain = tier.drainTimeout === undefined ? {} : { drainTimeout: tier.drainTimeout };
  const autoscale = tier.autoscale === undefined ? {} : { autoscale: tier.autoscale };
  if (!isWorkloadTier(tier))
    return { name: name as WrittenImpliedTier["name"], replicas, ...autoscale, spread, ...drain };
  const health = tier.health ?? (tierProtocols(reach, name).includes("tcp") ? defaultHealth : undefined);
  const after = tier.after === undefined ? {} : { after: tier.after };
  const mutualTls = tier.mutualTls === undefined ? {} : { mutualTls: tier.mutualTls };
  return {
    name,
    workload: tier.workload,
    ...(health === undefined ? {} : { health }),
    ...mutualTls,
    ...after,
    replicas,
    ...autoscale,
    spread,
    ...drain,
  };
}

function completeAllow(rule: AllowInput, project: string, workloads: readonly WorkloadTier[]): Allow {
  const port = rule.port ?? workloads.find((tier) => tier.name === rule.to)?.workload.port ?? 0;
  const { service, tier } = rule.from;
  return { from: { service, tier, project: rule.from.project ?? project }, to: rule.to, port, protocol: rule.protocol };
}
