/** A Service as everybody behind the loader sees it: every default filled in. */
import type { Milliseconds } from "@netwright/base";
import type { Hostname } from "../../fields/hostname.ts";
import type { ContractBlock } from "../contract/block.ts";
import type { AllowInput } from "./allow.ts";
import type { Autoscale, Objective } from "./autoscale.ts";
import type { Egress } from "./egress.ts";
import type { ExposeInput } from "./expose.ts";
import type { Health } from "./health.ts";
import type { Rollout } from "./rollout.ts";
import type { ServiceInput } from "./schema.ts";
import type { Spread, TierInput } from "./tier.ts";
import type { Workload } from "./workload.ts";

interface ListenerBase {
  readonly hostname: Hostname;
  readonly port: number;
  readonly families: ExposeInput["families"];
}

/** TLS ends at the proxy, which speaks HTTP to the first workload tier. */
export interface HttpsListener extends ListenerBase {
  readonly protocol: "HTTPS";
  /** Undefined where there is `certificateRef`. */
  readonly certificate?: "auto";
  /** A Secret of the same project with the user's own certificate. */
  readonly certificateRef?: { readonly name: string };
  /** A CertificateIssuer. Undefined: `default` where there is one, else the built-in authority. */
  readonly issuer?: string;
  readonly redirectHttp: boolean;
  /** How long browsers use nothing but https; undefined: they are not told. */
  readonly hsts?: Milliseconds;
}

/** Goes from the load balancer straight to `tier`, at its `workload.port`. */
export interface TransportListener extends ListenerBase {
  readonly protocol: "TCP" | "UDP";
  readonly tier: string;
}

export type Listener = HttpsListener | TransportListener;

/** `lb` or `proxy`, written to change their size. */
export interface WrittenImpliedTier {
  readonly name: "lb" | "proxy";
  readonly replicas: number;
  readonly autoscale?: Autoscale;
  readonly spread: Spread;
  readonly drainTimeout?: Milliseconds;
}

export interface WorkloadTier {
  readonly name: string;
  readonly workload: Workload;
  /** Undefined only where nothing but UDP reaches the tier: then listening is all that is asked. */
  readonly health?: Health;
  /** Proxies and instances show each other certificates; where the program finds its own. */
  readonly mutualTls?: { readonly directory: string };
  /** Tiers that have a ready instance before the first of this one starts. */
  readonly after?: string[];
  readonly replicas: number;
  readonly autoscale?: Autoscale;
  readonly spread: Spread;
  /** Absent: all new ones at once where there is room, and nothing is taken back. */
  readonly rollout?: Rollout;
  /** Absent: the server's own. */
  readonly drainTimeout?: Milliseconds;
}

export interface Allow {
  readonly from: { readonly service: string; readonly tier: string; readonly project: string };
  readonly to: string;
  readonly port: number;
  readonly protocol: AllowInput["protocol"];
}

export interface ServiceSpec {
  readonly network: string;
  readonly pool: string;
  readonly expose: readonly Listener[];
  readonly objective?: Objective;
  /** As written, in order; index i is `spec.tiers[i]` of the manifest. `serviceChain` gives the whole way. */
  readonly tiers: readonly (WorkloadTier | WrittenImpliedTier)[];
  readonly allow: readonly Allow[];
  /** Absent in what older versions stored. */
  readonly egress?: readonly Egress[];
  readonly contract?: ContractBlock;
}

export type Service = Omit<ServiceInput, "spec"> & { readonly spec: ServiceSpec };

export const isWorkloadTier = (tier: TierInput | WorkloadTier | WrittenImpliedTier): tier is WorkloadTier =>
  "workload" in tier && tier.workload !== undefined;
