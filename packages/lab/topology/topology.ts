/** A lab as it will stand: every name, address and MAC decided, nothing made yet. */
import type { Ipv6, Ipv6Prefix, Mac } from "@netwright/base";
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
  readonly defaultRoute: { readonly via: Ipv6; readonly interface: string } | null;
  /** Permanent neighbours, so that no first packet waits for neighbour discovery. */
  readonly neighbors: readonly Neighbor[];
}

/** One end of a link, as the other end knows it. */
export interface PortIdentity {
  readonly node: string;
  readonly interface: string;
  readonly mac: Mac;
  /** Null on a switch. */
  readonly address: Ipv6 | null;
  /** Only between BGP speakers: FRR opens no session without one, and next hops are given by it (RFC 2545). */
  readonly linkLocal: Ipv6 | null;
}

export interface Port extends PortIdentity {
  readonly mtu: number;
  readonly prefixLength: number;
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
