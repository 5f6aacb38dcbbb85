/** What an agent tells the server about its node: observation, never intent. */
import type { Digest, Ipv6, Ipv6Prefix, Instant, Milliseconds } from "@netwright/base";
import type { ClassId, Protocol } from "./host-state.ts";

export interface NodeReport {
  readonly node: string;
  /** Revision of the HostState that this report is about. */
  readonly revision: number;
  /** True when everything asked for by that revision was observed to be there. */
  readonly converged: boolean;
  /** What is missing and why; the last good data path keeps running. */
  readonly problems: readonly Problem[];
  /** How long each part of the last change took. */
  readonly stages: readonly { readonly slot: Slot; readonly took: Milliseconds }[];
  readonly instances: readonly InstanceReport[];
  readonly sessions: readonly SessionReport[];
  /** Prefixes announced and the neighbours that they were exported to. */
  readonly announced: readonly { readonly prefix: Ipv6Prefix; readonly neighbors: readonly string[] }[];
  /** Service addresses that the kernel of a router leads to hosts by routes of ours. Absent on hosts. By address. */
  readonly routes?: readonly Ipv6Prefix[];
  readonly networks: readonly NetworkReport[];
  /** Images that the state wants here, by name, then digest; absent from agents that know of none. */
  readonly images?: readonly ImageReport[];
  /** Ids of the volumes whose data is on this host, sorted. */
  readonly volumes?: readonly string[];
  /** How full they are, by id; those that could be looked at. */
  readonly volumeUsage?: readonly VolumeUsage[];
  readonly at: Instant;
  readonly agent: { readonly version: string; readonly pid: number; readonly startedAt: Instant };
  /** One line per slot: which driver, and what it cannot do here. */
  readonly drivers: readonly { readonly slot: Slot; readonly driver: string; readonly missing: readonly string[] }[];
}

/** Of what programs can use: without the file system's own part. */
export interface VolumeUsage {
  readonly id: string;
  readonly sizeBytes: number;
  /** No news by itself: it comes with the next report. */
  readonly usedBytes: number;
}

export interface Problem {
  readonly slot: Slot;
  readonly code: string;
  readonly message: string;
  /** Instance, network or prefix it is about. */
  readonly subject?: string;
}

export type InstancePhase = "Starting" | "Ready" | "Unhealthy" | "Failed" | "Stopping";

export interface InstanceReport {
  readonly project: string;
  readonly id: string;
  readonly phase: InstancePhase;
  /** One CamelCase word, for example `Listening`, `NotListening`, `CheckFailed`, `Flapping`, `Exited`. */
  readonly reason: string;
  readonly message: string;
  readonly pid: number | null;
  readonly startedAt: Instant | null;
  readonly restarts: number;
  /** How its program ended the last time; absent where it has not. */
  readonly lastExit?: InstanceExit;
  /** Connections to it that are open now; null where that cannot be told. No news by itself: it comes with the next report. */
  readonly connections: number | null;
}

export interface InstanceExit {
  /** `OOMKilled`, `Exited`, `Killed`, `StartFailed`, or `Unknown` where nobody saw it. */
  readonly reason: string;
  /** For people, with the time of the pause before the next start. */
  readonly message: string;
  readonly at: Instant;
}

/** `Resolving`: looking up what the name stands for. `Failed`: will be tried again. */
export type ImagePhase = "Resolving" | "Pulling" | "Ready" | "Failed";

export interface ImageReport {
  /** As the HostState has it. */
  readonly name: string;
  /** What the name stands for; null while that is not known. */
  readonly digest: Digest | null;
  /** True where the HostState has no digest and this node looked it up. */
  readonly resolved: boolean;
  readonly phase: ImagePhase;
  /** Of the last failure; null where all is well. */
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
}

export interface SessionReport {
  readonly neighbor: string;
  readonly state: "Established" | "Down";
  readonly since: Instant | null;
  readonly bfd: "Up" | "Down" | "None";
  /** What is wrong with it, as a sentence; absent when nothing is. */
  readonly problem?: string;
}

export interface NetworkReport {
  readonly project: string;
  readonly name: string;
  /** Policy elements installed on this host. */
  readonly rules: number;
  /** Most packets first, at most 100 between classes and 100 at public addresses. */
  readonly denied: readonly DeniedFlow[];
  /** Addresses that rules by name let through, and those they let through lately. At most 100; absent where none. By name. */
  readonly answered?: readonly AnsweredAddress[];
}

/** What the network's resolver answered here for a name that a rule is about. */
export interface AnsweredAddress {
  /** As it was asked for; the rule's pattern where that is forgotten. */
  readonly name: string;
  readonly address: Ipv6;
  /** False: its time is over, and new connections to it are dropped. */
  readonly live: boolean;
  /** When its time is over, by the host's clock; absent where it is. Each answer renews it: that alone makes no report. */
  readonly goodUntil?: Instant;
}

/** Counted before the final drop. Class 0 is outside every class. */
export interface DeniedFlow {
  readonly from: ClassId;
  readonly to: ClassId;
  readonly protocol: Protocol;
  readonly port: number;
  readonly packets: number;
  readonly bytes: number;
  /** Only of a packet from a workload to the outside: whom it was for. */
  readonly destination?: Ipv6;
  /** Only of a packet from outside to a service's public address: both its ends, as both classes are 0 then. */
  readonly outside?: { readonly source: Ipv6; readonly destination: Ipv6 };
}

/** What an engine is for. A slot has one driver at a time on a host. */
export type Slot =
  | "links"
  | "firewall"
  | "connections"
  | "resolver"
  | "volumes"
  | "runtime"
  | "proxy"
  | "loadBalancer"
  | "bgp";
