/** The whole way of a request through a service, implied tiers included. */
import type { FieldPath } from "../kind.ts";
import type { Autoscale } from "./autoscale.ts";
import {
  isWorkloadTier,
  type Service,
  type ServiceSpec,
  type WorkloadTier,
  type WrittenImpliedTier,
} from "./service.ts";
import type { Spread } from "./tier.ts";

/** Invariant: `lb` first where there is any listener, then `proxy` where there is an HTTPS one, then workloads in order. */
export type ChainTier =
  | {
      readonly role: "LoadBalancer" | "Proxy";
      readonly name: "lb" | "proxy";
      readonly replicas: number;
      readonly autoscale?: Autoscale;
      readonly spread: Spread;
      readonly field: FieldPath;
    }
  | {
      readonly role: "Workload";
      readonly name: string;
      readonly replicas: number;
      readonly autoscale?: Autoscale;
      readonly spread: Spread;
      readonly field: FieldPath;
      readonly tier: WorkloadTier;
    };

const chains = new WeakMap<Service["spec"], readonly ChainTier[]>();

/** `field` is the place in the manifest that a person would change: the tier where it is written, else the listener. */
export function serviceChain({ spec }: Pick<Service, "spec">): readonly ChainTier[] {
  const chain = chains.get(spec) ?? chainOf(spec);
  chains.set(spec, chain);
  return chain;
}

function chainOf(spec: Service["spec"]): readonly ChainTier[] {
  const implied = (role: "LoadBalancer" | "Proxy", listener: number): ChainTier[] => {
    if (listener < 0) return [];
    const name = role === "Proxy" ? "proxy" : "lb";
    const index = spec.tiers.findIndex((tier) => tier.name === name);
    const written = spec.tiers[index] as WrittenImpliedTier | undefined;
    const field: FieldPath = written === undefined ? ["spec", "expose", listener] : ["spec", "tiers", index];
    const size = { replicas: written?.replicas ?? 1, ...autoscaleOf(written) };
    return [{ role, name, ...size, spread: written?.spread ?? "preferred", field }];
  };
  const workloads = spec.tiers.flatMap((tier, index): ChainTier[] => {
    if (!isWorkloadTier(tier)) return [];
    const { name, replicas, spread } = tier;
    return [{ role: "Workload", name, replicas, ...autoscaleOf(tier), spread, field: ["spec", "tiers", index], tier }];
  });
  const https = spec.expose.findIndex((listener) => listener.protocol === "HTTPS");
  return [...implied("LoadBalancer", spec.expose.length === 0 ? -1 : 0), ...implied("Proxy", https), ...workloads];
}

const autoscaleOf = (tier: { readonly autoscale?: Autoscale } | undefined): { readonly autoscale?: Autoscale } =>
  tier?.autoscale === undefined ? {} : { autoscale: tier.autoscale };

/** The parts of a Service's spec that say what reaches a tier. */
export type Reach = Pick<ServiceSpec, "expose" | "tiers" | "allow">;

/**
 * Transport protocols that a workload tier must listen on at its `workload.port`: what listeners, the tier
 * before it and `allow` bring there. TCP when nothing reaches it.
 */
export function tierProtocols(spec: Reach, tier: string): readonly ("tcp" | "udp")[] {
  const workloads = spec.tiers.filter(isWorkloadTier);
  const index = workloads.findIndex((candidate) => candidate.name === tier);
  const port = workloads[index]?.workload.port;
  const direct = spec.expose.filter((listener) => listener.protocol !== "HTTPS" && listener.tier === tier);
  const allowed = spec.allow.filter((rule) => rule.to === tier && rule.port === port);
  const reached = new Set([...direct, ...allowed].map(({ protocol }) => protocol));
  const behindProxy = index === 0 && spec.expose.some((listener) => listener.protocol === "HTTPS");
  const udp = reached.has("UDP");
  const tcp = behindProxy || index > 0 || reached.has("TCP") || !udp;
  return [...(tcp ? (["tcp"] as const) : []), ...(udp ? (["udp"] as const) : [])];
}
