/** What the site says of its nodes: from objects, or from the state that one node has been given. Pure. */
import type { Host, Router } from "@netwright/api";
import type { Ipv6, Ipv6Prefix } from "@netwright/base";
import { vxlanOverhead, type HostState, type LoadBalancerName } from "@netwright/contract";

export interface SiteLink {
  /** Null where only the addresses are known. */
  readonly interface: string | null;
  readonly localAddress: Ipv6;
  readonly peerAddress: Ipv6;
  /** Name of the node at the other end. */
  readonly peer: string;
}

export interface SiteNode {
  readonly name: string;
  readonly role: "Host" | "Router";
  /** Only of hosts. */
  readonly id: number | null;
  readonly asn: number;
  readonly routerId: string | null;
  readonly vtep: Ipv6 | null;
  /** What the uplinks must carry; null where that is not known. */
  readonly mtu: number | null;
  readonly links: readonly SiteLink[];
  /** Absent: the default. */
  readonly loadBalancer?: LoadBalancerName;
}

export interface Site {
  readonly nodes: readonly SiteNode[];
  readonly pools: readonly Ipv6Prefix[];
  /** Tunnel end points of hosts that are known by nothing else. */
  readonly tunnelPeers: readonly Ipv6[];
}

export const emptySite: Site = { nodes: [], pools: [], tunnelPeers: [] };

export const nodeOfHost = ({ metadata, spec }: Host): SiteNode => ({
  name: metadata.name,
  role: "Host",
  id: spec.id,
  asn: spec.asn,
  routerId: null,
  vtep: spec.vtep,
  mtu: spec.mtu,
  links: spec.uplinks.map(({ router, ...link }) => ({ ...link, peer: router })),
  ...(spec.loadBalancer === undefined ? {} : { loadBalancer: spec.loadBalancer }),
});

export const nodeOfRouter = ({ metadata, spec }: Router): SiteNode => ({
  name: metadata.name,
  role: "Router",
  id: null,
  asn: spec.asn,
  routerId: spec.routerId ?? null,
  vtep: null,
  mtu: null,
  links: spec.links.map(({ host, router, ...link }) => ({ ...link, peer: host ?? router ?? "" })),
});

/** Of the others only tunnel end points are known then. */
export function siteOfState({ node, role, underlay, bgp, networks, loadBalancer }: HostState): Site {
  const mtus = networks.map(({ mtu }) => mtu + vxlanOverhead);
  const own: SiteNode = {
    name: node,
    role,
    id: role === "Host" ? underlay.hostId : null,
    asn: bgp.asn,
    routerId: bgp.routerId,
    vtep: underlay.vtep,
    mtu: mtus.length === 0 ? null : Math.max(...mtus),
    links: bgp.neighbors.map((neighbor) => ({
      interface: neighbor.interface,
      localAddress: neighbor.localAddress,
      peerAddress: neighbor.address,
      peer: neighbor.name,
    })),
    ...(loadBalancer === undefined ? {} : { loadBalancer }),
  };
  return { nodes: [own], pools: bgp.pools, tunnelPeers: underlay.tunnelPeers };
}
