/** From outside to a host: what BGP has told the routers. */
import { hostPrefix, prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { foreignRouters } from "./bgp-index.ts";
import type { Fabric } from "./fabric.ts";
import type { Walk } from "./trace.ts";

/**
 * Hosts that a packet from outside may reach, by equal-cost paths, each once and by name; says the way on the walk.
 * Empty when no router has a route. Routers that are not managed are taken to announce what they hear.
 */
export function candidates(fabric: Fabric, address: Ipv6, walk: Walk): readonly HostState[] {
  const announcers = fabric.bgp.announcers.get(hostPrefix(address)) ?? [];
  const found = new Set<HostState>();
  for (const router of fabric.routers) {
    const pool = aggregateOf(fabric, router, address);
    if (pool === undefined) continue;
    const direct = announcers.filter((host) => sessionBetween(fabric, router, host));
    const hops = direct.length > 0 ? direct : behindFabric(fabric, router, announcers);
    if (hops.length === 0) continue;
    walk.step(router.node, `route ${address}/128`, `announces ${pool} upstream; next hops ${names(hops)}`);
    for (const host of hops) found.add(host);
  }
  for (const host of announcers) {
    const foreign = foreignRouters(host, fabric.bgp.managed);
    if (foreign.length === 0) continue;
    walk.step(foreign.join(", "), `route ${address}/128`, `not managed; hears it from ${host.node}`);
    found.add(host);
  }
  return announcers.filter((host) => found.has(host));
}

const sessionBetween = (fabric: Fabric, a: HostState, b: HostState): boolean =>
  fabric.bgp.sessions.get(a.node)?.has(b.node) === true;

/** The pool that a router announces upstream for the address (see BgpState.pools), if it does. */
function aggregateOf(fabric: Fabric, router: HostState, address: Ipv6): Ipv6Prefix | undefined {
  if (!router.bgp.neighbors.some((neighbor) => neighbor.role === "Upstream")) return undefined;
  const pool = router.bgp.pools.find((prefix) => prefixContains(prefix, address));
  if (pool === undefined) return undefined;
  return fabric.bgp.speakers.get(pool)?.some((host) => sessionBetween(fabric, router, host)) === true
    ? pool
    : undefined;
}

/** Announcers that another router, with a session to this one, hears directly. */
function behindFabric(fabric: Fabric, router: HostState, announcers: readonly HostState[]): readonly HostState[] {
  const others = fabric.routers.filter((other) => other !== router && sessionBetween(fabric, router, other));
  return announcers.filter((host) => others.some((other) => sessionBetween(fabric, other, host)));
}

const names = (hosts: readonly HostState[]): string => hosts.map((host) => host.node).join(", ");
