/** Names and derived numbers that compiler, drivers and model must agree on. Pure. */
import { createHash } from "node:crypto";
import {
  addressAt,
  derivedMac,
  isPrefix,
  parseIpv6,
  parsePrefix,
  type DomainPattern,
  type Ipv6,
  type Ipv6Prefix,
  type Mac,
  formatIpv6,
  ipv6Number,
} from "@netwright/base";
import type { ClassId, EgressEntry, HostId, NetworkState } from "./host-state.ts";
import type { WorkloadState } from "./workload-state.ts";

/** The default gateway of every workload (RFC 4291 link-local), the same on every veth. */
export const gatewayAddress: Ipv6 = parseIpv6("fe80::1");

/** VXLAN port (RFC 7348 section 8). */
export const vxlanPort = 4789;

/** Outer IPv6 (40), UDP (8), VXLAN (8) and inner Ethernet (14) headers. */
export const vxlanOverhead = 70;

// First octet 06: devices of ours; first octet 02: workloads. Both locally administered unicast.
const deviceMac = (kind: number, value: number): Mac => `06${derivedMac(kind, value).slice(2)}` as Mac;

/** Tenant side of every workload's veth. */
export const gatewayMac: Mac = deviceMac(0, 1);
/** Host side and tenant side of the uplink veth. */
export const uplinkHostMac: Mac = deviceMac(0, 2);
export const uplinkTenantMac: Mac = deviceMac(0, 3);
/** The VXLAN device of a host, the same in every network. */
export const tunnelMac = (host: HostId): Mac => deviceMac(1, host);
/** The workload's own interface. Invariant: number < 2^24, so it is unique inside its network. */
export const workloadMac = (cls: ClassId, number: number): Mac =>
  derivedMac((cls >>> 8) & 0xff, (((cls & 0xff) << 24) | (number & 0xff_ffff)) >>> 0);

/** Link-local address of a host on the VXLAN device: fe80::1:HOST in groups, never fe80::1. */
export const tunnelAddress = (host: HostId): Ipv6 => formatIpv6((0xfe80n << 112n) | 0x1_0000n | BigInt(host));
/** Link-local addresses on the two ends of the uplink veth. */
export const uplinkHostAddress: Ipv6 = parseIpv6("fe80::2:1");
export const uplinkTenantAddress: Ipv6 = parseIpv6("fe80::2:2");

/** PREFIX:host:class:instance, the interface identifier's 64 bits split 16, 16, 32. */
export function workloadAddress(prefix: Ipv6Prefix, host: HostId, cls: ClassId, number: number): Ipv6 {
  return addressAt(prefix, (BigInt(host) << 48n) | (BigInt(cls) << 32n) | BigInt(number));
}

/** The identity in an address of a network. */
export function identityOf(address: Ipv6): { readonly host: HostId; readonly class: ClassId; readonly number: number } {
  const iid = ipv6Number(address) & 0xffff_ffff_ffff_ffffn;
  return { host: Number(iid >> 48n), class: Number((iid >> 32n) & 0xffffn), number: Number(iid & 0xffff_ffffn) };
}

/** Every address of the network on one host: the /80 that tunnels are routed by. */
export function hostPrefixOf(prefix: Ipv6Prefix, host: HostId): Ipv6Prefix {
  return `${workloadAddress(prefix, host, 0, 0)}/80` as Ipv6Prefix;
}

/** The domain that names inside a network end in; reserved for private use, never asked of anybody outside. */
export const internalDomain = "internal";

/** `SERVICE.internal`, or `TIER.SERVICE.internal`. */
export const internalName = (service: string, tier?: string): string =>
  [...(tier === undefined ? [] : [tier]), service, internalDomain].join(".");

/** The name by which workloads know the proxies of their service; no listener can have it. */
export const proxyIdentity = (service: string): string => internalName(service, "proxy");

/** Addresses of Netwright's own between workloads and resolvers (RFC 4193). The same ones in every network and on every host. */
export const resolverPrefix: Ipv6Prefix = parsePrefix("fd6e:7700::/64");
/** What every workload has as its name server; translated to the resolver of its network. */
export const resolverAddress: Ipv6 = addressAt(resolverPrefix, 0x53n);
export const resolverPort = 53;
/** Where the resolver of a network listens, in the node's own namespace. Above 1023, and below the ports that kernels give out. */
export const resolverHostAddress = (vni: number): Ipv6 => addressAt(resolverPrefix, (BigInt(vni) << 16n) | 1n);
export const resolverHostPort = 5300;
/** In whose name all workloads of a network here ask it. */
export const resolverClientAddress = (vni: number): Ipv6 => addressAt(resolverPrefix, (BigInt(vni) << 16n) | 2n);

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** Names that rules of a network are about here. Sorted. */
export const patternsOf = ({ egress = [] }: Pick<NetworkState, "egress">): readonly DomainPattern[] =>
  [...new Set(egress.flatMap(({ to }) => (isPrefix(to) ? [] : [to])))].toSorted();

/** The set of a tenant's namespace with the addresses that were answered for names of a pattern. */
export const answersSet = (pattern: DomainPattern): string => `answers_${digest(pattern)}`;

/**
 * What a rule by name marks its connections with, so that they are known for its own when its set has let their address
 * go. Never 0, which is no mark.
 */
export const egressMark = ({ from, to, protocol, port }: Omit<EgressEntry, "source" | "origin">): number =>
  parseInt(digest(`${from} ${to} ${protocol} ${port}`), 16) || 1;

/** Named network namespaces; `nw` is the mark by which Netwright knows its own. */
export const networkNamespace = (network: Pick<NetworkState, "project" | "name">): string =>
  `nwn-${network.project}.${network.name}`;
export const workloadNamespace = (
  network: Pick<NetworkState, "project">,
  workload: Pick<WorkloadState, "id">,
): string => `nww-${network.project}.${workload.id}`;

/** Devices. All under the kernel's limit of 15 octets. */
export const uplinkHostDevice = (vni: number): string => `nwu${vni}`;
export const uplinkTenantDevice = "uplink";
export const tunnelDevice = "vxlan";
export const workloadDevice = "eth0";
/** Tenant side of a workload's veth: class and number in hexadecimal. */
export const workloadVeth = (workload: Pick<WorkloadState, "class" | "number">): string =>
  `w${workload.class.toString(16)}.${workload.number.toString(16)}`;

/** The nftables table of ours in any namespace; nobody else's table is touched. */
export const nftTable = "netwright";
/** Routing protocol number that marks our routes (`ip route ... proto`). */
export const routeProtocol = 178;
