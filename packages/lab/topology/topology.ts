/** A lab as it will stand: every name, address and MAC decided, nothing made yet. */
import type { InterfaceAddress, IpAddress, IpPrefix, Ipv6, Ipv6Prefix, Mac } from "@netwright/base";
import type { LabNode, LabRole } from "@netwright/api";

export interface Topology {
  /** DNS zone that the name server holds and the server writes service names into. */
  readonly zone: string;
  readonly pool: Ipv6Prefix;
  /** In the manifest's order. */
  readonly nodes: readonly TopologyNode[];
  /** In the manifest's order. */
  readonly links: readonly TopologyLink[];
}

export interface TopologyNode {
  readonly name: string;
  readonly role: LabRole;
  /** An agent runs there: on hosts, and on edges that are ours. */
  readonly managed: boolean;
  /** Only for BGP speakers: Provider, Edge, Host. A host's router identifier is the compiler's to choose. */
  readonly bgp: { readonly asn: number; readonly routerId: string | null } | null;
  /** Only for a Host: its number and its tunnel end point, which stands on `lo`. */
  readonly host: { readonly id: number; readonly vtep: Ipv6; readonly capacity: LabNode["capacity"] } | null;
  /** Its address on the first switch that it is on; null when it is on none. */
  readonly management: Ipv6 | null;
  readonly ports: readonly Port[];
  /** Its root file system, or the image of one; both null for the machine's. */
  readonly rootfs: string | null;
  readonly image: string | null;
  /** It forwards packets of others. */
  readonly forwarding: boolean;
  /** As the manifest has them. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Beside those of its own prefixes, in the order in which they are made. */
  readonly routes: readonly TopologyRoute[];
  /** Permanent neighbours, so that no first packet waits for neighbour discovery. */
  readonly neighbors: readonly Neighbor[];
}

export interface TopologyRoute {
  readonly to: IpPrefix;
  readonly via: IpAddress | null;
  readonly interface: string;
}

/** One end of a link, as the other end knows it. */
export interface PortIdentity {
  readonly node: string;
  readonly interface: string;
  readonly mac: Mac;
  /** The first IPv6 address beside link-local ones; null on a switch, and where there is none. */
  readonly address: Ipv6 | null;
  /** All of them but `linkLocal`. */
  readonly addresses: readonly InterfaceAddress[];
  /** Only between BGP speakers: FRR opens no session without one, and next hops are given by it (RFC 2545). */
  readonly linkLocal: Ipv6 | null;
  /** The manifest says what addresses it has. The kernel adds a link-local one then, unless it speaks IPv4 alone. */
  readonly written: boolean;
}

export interface Port extends PortIdentity {
  readonly mtu: number;
  /** Its number, among those of all the lab's ports. */
  readonly index: number;
  readonly peer: PortIdentity;
}

export interface TopologyLink {
  readonly name: string;
  readonly ends: readonly [Port, Port];
}

export interface Neighbor {
  readonly address: Ipv6;
  readonly mac: Mac;
  readonly interface: string;
}

/** The bridge inside every switch. */
export const bridgeDevice = "br0";
/** `lo` is 1 in every node. */
export const bridgeIndex = 2;
/** No two in a lab are equal: a device whose other end has its own number passes for one without another end. */
export const portIndex = (link: number, end: 0 | 1): number => 3 + 2 * link + end;
