/**
 * What one node (a host or a managed router) should be, complete and without history.
 * The compiler writes it, the agent converges on it, the model reads it. Policy stands here as
 * classes and ports, never as engine text. Every list is sorted by its key, so that equal states
 * are equal bytes.
 */
import type { DomainPattern, Ipv6, Ipv6Prefix, Mac, SourceRef } from "@netwright/base";
import type { BgpState } from "./bgp-state.ts";
import type { WorkloadState } from "./workload-state.ts";

export type Protocol = "tcp" | "udp";

/** Drivers of slot `loadBalancer`. */
export const loadBalancerNames = ["ebpf", "nftables"] as const;
export type LoadBalancerName = (typeof loadBalancerNames)[number];
/** The other one is used only where it is asked for, whatever this one lacks on a host. */
export const defaultLoadBalancer: LoadBalancerName = "ebpf";

/** 16 bits, 1 to 65534: this host in every address it gives out. Never reused while referenced. */
export type HostId = number;
/** 16 bits, 1 to 65534: one service's one tier inside one network. Never reused while referenced. */
export type ClassId = number;

export interface HostState {
  /** metadata.name of the Host or Router. */
  readonly node: string;
  readonly role: "Host" | "Router";
  /** True: look and report, change nothing. What differs is reported as problems. */
  readonly paused: boolean;
  readonly underlay: UnderlayState;
  /** Tenant networks with something on this host; empty on routers. By VNI. */
  readonly networks: readonly NetworkState[];
  readonly bgp: BgpState;
  /** Driver of slot `loadBalancer`. Absent: `defaultLoadBalancer`. */
  readonly loadBalancer?: LoadBalancerName;
  /** Data that is here to stay, or to go. By id. Absent where there is none. What else lies there is left alone. */
  readonly volumes?: readonly VolumeState[];
  /**
   * Values that workloads here refer to, and private keys of proxies here; no others. They are written to memory only. By
   * digest; absent where nothing refers to any.
   */
  readonly secrets?: readonly SecretValue[];
}

export interface VolumeState {
  /** `PROJECT.NAME.SERIAL`; the name of its directory. Never used twice. */
  readonly id: string;
  readonly sizeBytes: number;
  /**
   * - `New`: nobody has seen it yet; it is made when a container needs it.
   * - `Made`: the host reported it. Where it is missing it is lost, and never made again behind its user's back.
   * - `Discarded`: its data is to be removed.
   */
  readonly phase: "New" | "Made" | "Discarded";
}

export interface SecretValue {
  /** As in `SecretRef` or `ProxyCertificate`. */
  readonly digest: string;
  /** The octets, in base64. Absent for readers that the values are kept from. */
  readonly value?: string;
}

/** The node's own namespace: what Netwright guards there. Addresses and links are the operator's. */
export interface UnderlayState {
  /** This host's tunnel end point; null on routers. The operator puts it on `lo`. */
  readonly vtep: Ipv6 | null;
  /** Identity of this host; 0 on routers. */
  readonly hostId: HostId;
  /** Tunnel end points of all other hosts: nobody else may send VXLAN (UDP 4789) to this host. Sorted. */
  readonly tunnelPeers: readonly Ipv6[];
  /**
   * Addresses of the whole site's hosts, routers and links that lie in the internet (`internet`), where no rule for egress
   * leads. Absent where none do. Sorted. Only on hosts, and the same on all of them.
   */
  readonly site?: readonly Ipv6[];
  /** Interfaces that lead outside the fabric; VXLAN is dropped there. Only on routers. */
  readonly externalInterfaces: readonly string[];
  /** Name servers, by address, that resolvers here forward to. Absent: those of the node's own resolv.conf(5). */
  readonly nameServers?: readonly string[];
}

/** One tenant network on one host: one network namespace. */
export interface NetworkState {
  readonly project: string;
  readonly name: string;
  /** VXLAN network identifier (RFC 7348), 1 to 16777215. */
  readonly vni: number;
  /** The network's /64. Interface identifiers in it are host (16 bits), class (16), instance (32). */
  readonly prefix: Ipv6Prefix;
  /** Of the VXLAN device and both ends of every veth of this network, in octets. */
  readonly mtu: number;
  /** Every other host that has this network. By hostId. */
  readonly tunnels: readonly Tunnel[];
  /** Workloads and functions with an address of their own on this host. By id. */
  readonly workloads: readonly WorkloadState[];
  /** Flows between classes that a workload on this host takes part in. Everything else is dropped. By key. */
  readonly policy: readonly PolicyEntry[];
  /** Listeners whose traffic this host receives from the edge and spreads over members. By key. */
  readonly loadBalancers: readonly LoadBalancer[];
  /** Members of any listener that live on this host: how a chosen packet reaches them. By key, then instance. */
  readonly deliveries: readonly Delivery[];
  /** What the network's resolver answers here, by name. Absent where no workload here would ask. */
  readonly names?: readonly NetworkName[];
  /** Flows to the internet that workloads here may open. Absent where there are none. By class, then destination. */
  readonly egress?: readonly EgressEntry[];
}

/** "Instances of class `from` on this host may open connections there, in the name of `source`." */
export interface EgressEntry {
  readonly from: ClassId;
  /** An address of a pool that this host alone announces, so that replies come back here. */
  readonly source: Ipv6;
  /** A name stands for the addresses that the network's resolver gave here for it last, for as long as they are good. */
  readonly to: Ipv6Prefix | DomainPattern;
  readonly protocol: Protocol;
  readonly port: number;
  readonly origin: Origin;
}

/** A name below `internal.`: `web.shop` of a tier, `shop` of a service. */
export interface NetworkName {
  readonly name: string;
  /** Of the instances that may be picked, on any host. Empty: the name is there, and has no address now. Sorted. */
  readonly addresses: readonly Ipv6[];
}

/** The way to the same network on another host. */
export interface Tunnel {
  readonly host: string;
  readonly hostId: HostId;
  readonly vtep: Ipv6;
  /** Members of load balancers on that host, whose MACs the VXLAN device must find there. Sorted. */
  readonly memberMacs: readonly Mac[];
}

/** "Instances of class `from` may open connections to class `to` at this port." Replies follow by connection tracking. */
export interface PolicyEntry {
  readonly from: ClassId;
  readonly to: ClassId;
  readonly protocol: Protocol;
  readonly port: number;
  readonly origin: Origin;
}

/** Why a rule exists: the words and the manifest line that a person would change. */
export interface Origin {
  /** `service/shop`, with the project before it where it is not `default`. */
  readonly object: string;
  /** For example `spec.tiers[0]`. */
  readonly field: string;
  readonly source?: SourceRef;
}

/** The part of a listener that load balancer and member must agree on; the sort key is these in order. */
export interface ListenerKey {
  readonly vip: Ipv6;
  readonly protocol: Protocol;
  readonly port: number;
}

/**
 * This host takes packets for the listener and picks the member by consistent hashing over client
 * address and port (`maglevTable`). The packet goes on unchanged but for its destination MAC.
 */
export interface LoadBalancer extends ListenerKey {
  readonly service: string;
  /** Ready members on any host: they take new flows. By instance. Empty: connections are refused and counted. */
  readonly members: readonly LoadBalancerMember[];
  /**
   * What `members` was before, latest first, at most `formerSets`: an open flow may be with the member that its slot had
   * then. The same on all hosts, whenever each hears of it. Absent where it was never anything else.
   */
  readonly former?: readonly FormerMembers[];
  /** Of those in `former` that take no new flows, the ones that can still be reached; the rest is gone. By instance. */
  readonly draining?: readonly LoadBalancerMember[];
  readonly origin: Origin;
}

/** Members of a former time, by instance, as they differ from `members`. Sorted. */
export interface FormerMembers {
  readonly also: readonly string[];
  readonly without: readonly string[];
}

export interface LoadBalancerMember {
  readonly instance: string;
  readonly hostId: HostId;
  readonly mac: Mac;
  /** Its host has another driver than the default one, and cannot be asked which flows it knows. */
  readonly mute?: true;
}

/** A packet for the listener that arrives with this MAC as destination goes to this address and port, by DNAT here. */
export interface Delivery extends ListenerKey {
  readonly instance: string;
  readonly mac: Mac;
  readonly address: Ipv6;
  readonly targetPort: number;
  readonly class: ClassId;
  readonly origin: Origin;
}
