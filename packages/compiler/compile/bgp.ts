/** What every node says and hears over BGP, from hosts' uplinks and routers' links. */
import type { Host, Router } from "@netwright/api";
import { formatPrefix, hostPrefix, ipv6Number, type Ipv6Prefix } from "@netwright/base";
import type { BgpNeighbor, BgpState } from "@netwright/contract";
import type { ObjectSet } from "../objects.ts";
import { byText } from "./order.ts";
import { sessionWith, timersOf } from "./sessions.ts";

/** BGP identifier of a host (RFC 6286): unique because host numbers are. */
export const hostRouterId = (id: number): string => `10.64.${id >> 8}.${id & 0xff}`;

/** What all nodes share. */
export interface BgpPlan {
  readonly pools: readonly Ipv6Prefix[];
  readonly underlay: readonly Ipv6Prefix[];
  /** Sessions of each managed router with hosts, by router. */
  readonly hostSessions: ReadonlyMap<string, readonly BgpNeighbor[]>;
}

export function planBgp(objects: ObjectSet): BgpPlan {
  const hosts = [...objects.hosts.values()].map(({ object }) => object);
  const sessions = new Map<string, BgpNeighbor[]>();
  const devices = linkDevices(objects);
  for (const host of hosts) {
    for (const uplink of host.spec.uplinks) {
      const router = objects.routers.get(uplink.router)?.object;
      if (router === undefined || !router.spec.managed) continue;
      const list = sessions.get(uplink.router) ?? [];
      sessions.set(uplink.router, list);
      list.push(hostNeighbor(host, uplink, router, devices));
    }
  }
  const prefixes = [...objects.pools.values()].flatMap(({ object }) => object.spec.prefixes);
  return {
    pools: [...new Set(prefixes)].toSorted(),
    underlay: [
      ...new Set(hosts.map(({ spec }) => formatPrefix({ first: ipv6Number(spec.vtep), length: 64 }))),
    ].toSorted(),
    hostSessions: sessions,
  };
}

type Uplink = Host["spec"]["uplinks"][number];

/** A router's device by the addresses of the link; empty where the router's own object does not tell. */
function hostNeighbor(host: Host, uplink: Uplink, router: Router, devices: ReadonlyMap<string, string>): BgpNeighbor {
  return {
    name: host.metadata.name,
    role: "Host",
    asn: host.spec.asn,
    interface: devices.get(`${uplink.router} ${uplink.peerAddress} ${uplink.localAddress}`) ?? null,
    localAddress: uplink.peerAddress,
    address: uplink.localAddress,
    loopback: hostPrefix(host.spec.vtep),
    bfd: timersOf(router.spec.bfd),
  };
}

function linkDevices({ routers }: ObjectSet): ReadonlyMap<string, string> {
  const devices = new Map<string, string>();
  for (const [name, { object }] of routers) {
    for (const link of object.spec.links)
      devices.set(`${name} ${link.localAddress} ${link.peerAddress}`, link.interface);
  }
  return devices;
}

export function hostBgp(objects: ObjectSet, plan: BgpPlan, host: Host, announce: readonly Ipv6Prefix[]): BgpState {
  const neighbors = host.spec.uplinks.flatMap((uplink): BgpNeighbor[] => {
    const router = objects.routers.get(uplink.router)?.object;
    if (router === undefined) return [];
    const { interface: device, localAddress, peerAddress } = uplink;
    return [
      {
        name: uplink.router,
        role: "Edge",
        asn: router.spec.asn,
        interface: device,
        localAddress,
        address: peerAddress,
        loopback: null,
        ...sessionWith(router),
      },
    ];
  });
  return {
    asn: host.spec.asn,
    routerId: hostRouterId(host.spec.id),
    loopbacks: [hostPrefix(host.spec.vtep)],
    announce,
    pools: plan.pools,
    underlay: plan.underlay,
    neighbors: named(neighbors),
  };
}

export function routerBgp(objects: ObjectSet, plan: BgpPlan, router: Router): BgpState {
  const others = router.spec.links.flatMap((link): BgpNeighbor[] => {
    const other = link.router === undefined ? undefined : objects.routers.get(link.router)?.object;
    if (other === undefined) return [];
    const role = isUpstream(router, other) ? "Upstream" : "Fabric";
    const { interface: device, localAddress, peerAddress } = link;
    return [
      {
        name: other.metadata.name,
        role,
        asn: other.spec.asn,
        interface: device,
        localAddress,
        address: peerAddress,
        loopback: null,
        ...sessionWith(other),
      },
    ];
  });
  return {
    asn: router.spec.asn,
    routerId: router.spec.routerId ?? "",
    loopbacks: [],
    announce: [],
    pools: plan.pools,
    underlay: plan.underlay,
    neighbors: named([...(plan.hostSessions.get(router.metadata.name) ?? []), ...others]),
  };
}

/** Routers of one fabric share an AS number; everybody else is outside. */
export const isUpstream = (router: Router, other: Router): boolean =>
  other.spec.upstream || other.spec.asn !== router.spec.asn;

/** By name; further sessions to one node get `-2` and so on, in the order of their addresses. */
function named(neighbors: readonly BgpNeighbor[]): readonly BgpNeighbor[] {
  const sorted = neighbors.toSorted((a, b) => byText(a.name, b.name) || byText(a.address, b.address));
  const seen = new Map<string, number>();
  return sorted.map((neighbor) => {
    const count = (seen.get(neighbor.name) ?? 0) + 1;
    seen.set(neighbor.name, count);
    return count === 1 ? neighbor : renamed(neighbor, `${neighbor.name}-${count}`);
  });
}

const renamed = (neighbor: BgpNeighbor, name: string): BgpNeighbor => ({ ...neighbor, name });
