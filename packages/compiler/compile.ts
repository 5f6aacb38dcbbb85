/** From objects and ledger to the state of every node. Pure: the same input gives the same bytes. */
import type { Ipv6, Ipv6Prefix } from "@netwright/base";
import type { HostState, ListenerKey, ProxyChallenge } from "@netwright/contract";
import { createCompilation } from "./incremental.ts";
import type { InstanceEntry, VipEntry } from "./ledger-entries.ts";
import type { Ledger } from "./ledger.ts";
import type { ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";

export interface CompileInput {
  readonly objects: ObjectSet;
  readonly ledger: Ledger;
  readonly observed: Observed;
  /** By hostname: digest of certificate and private key. A hostname without one is not served yet. */
  readonly certificates: ReadonlyMap<string, string>;
  /** By `PROJECT/SERVICE`: what its proxies and workloads show each other. */
  readonly identities?: ReadonlyMap<string, ServiceIdentity>;
  /** Absent: nobody asks. */
  readonly challenges?: Challenges;
  /** By digest: values that templates and `certificates` refer to, in base64. One that is not there is not delivered. Absent: none. */
  readonly secrets?: ReadonlyMap<string, string>;
}

export interface ServiceIdentity {
  /** Certificate of the service's own authority, PEM. */
  readonly authority: string;
  /** Digests of certificate and private key, PEM. */
  readonly proxy: string;
  readonly tiers: ReadonlyMap<string, string>;
}

/** By hostname: what certificate authorities ask for over port 80 at this moment. */
export type Challenges = ReadonlyMap<string, readonly ProxyChallenge[]>;

export interface Compiled {
  /** Every Host and every managed Router, by name. */
  readonly states: ReadonlyMap<string, HostState>;
  /** By name. */
  readonly dns: readonly DnsRecord[];
  /** By `PROJECT/NAME`. */
  readonly services: ReadonlyMap<string, ServiceSummary>;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: "AAAA";
  readonly address: Ipv6;
}

/** What the compiler wants of one service, to hold observations against. */
export interface ServiceSummary {
  readonly project: string;
  readonly name: string;
  /** None while it is not exposed or its pool is exhausted. */
  readonly vips: readonly VipEntry[];
  /** By tier and number, draining ones too. */
  readonly instances: readonly InstanceEntry[];
  readonly listeners: readonly (ListenerKey & { readonly members: readonly string[] })[];
  readonly announcements: readonly { readonly host: string; readonly prefix: Ipv6Prefix }[];
  /** Hostnames with HTTPS whose certificate is not there yet. */
  readonly missingCertificates: readonly string[];
}

/** Compiles everything. */
export const compile = (input: CompileInput): Compiled => createCompilation(input).compiled();
