/** From outside to a host: what BGP has told the routers. */
import { hostPrefix, prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { foreignRouters } from "./bgp-index.ts";
import type { Fabric } from "./fabric.ts";
import type { Hop, Walk } from "./trace.ts";

/**
 * Hosts that a packet from outside may reach, by equal-cost paths, each once and by name; says the way on the walk.
 * Empty when no router has a route. Routers that are not managed are taken to announce what they hear.
 */
export function candidates(fabric: Fabric, address: Ipv6, walk: Walk): readonly HostState[] {
  const announcers = fabric.bgp.announcers.get(hostPrefix(address)) ?? [];
  const routes = fabric.routers.flatMap((router) => routeOf(fabric, router, address, announcers) ?? []);
  walk.either(upstreams(routes));
  return atRouters(address, announcers, routes, foreignRoutes(fabric, announcers), walk);
}

/** The same for a packet that leaves a host for its routers: they know single addresses of pools. */
export function candidatesBeyond(fabric: Fabric, from: HostState, address: Ipv6, walk: Walk): readonly HostState[] {
  const announcers = fabric.bgp.announcers.get(hostPrefix(address)) ?? [];
  const routes = fabric.routers
    .filter((router) => sessionBetween(fabric, router, from))
    .map((router) => ({ router, hops: hopsOf(fabric, router, announcers) }))
    .filter(({ hops }) => hops.length > 0);
  const near = foreignRouters(from, fabric.bgp.managed);
  const foreign = [...foreignRoutes(fabric, announcers)].filter(([name]) => near.includes(name));
  return atRouters(address, announcers, routes, new Map(foreign), walk);
}

function atRouters(
  address: Ipv6,
  announcers: readonly HostState[],
  routes: readonly Pick<Route, "router" | "hops">[],
  foreign: ReadonlyMap<string, readonly HostState[]>,
  walk: Walk,
): readonly HostState[] {
  const step = `route ${address}/128`;
  walk.either([
    ...routes.map(({ router, hops }) => ({ place: router.node, step, detail: nextHops(hops) })),
    ...[...foreign].map(([place, hosts]) => ({ place, step, detail: heardBy(hosts) })),
  ]);
  const found = new Set([...routes.flatMap(({ hops }) => hops), ...[...foreign.values()].flat()]);
  return announcers.filter((host) => found.has(host));
}

/** What a managed router knows of an address. */
interface Route {
  readonly router: HostState;
  /** What it announces upstream. */
  readonly pool: Ipv6Prefix;
  readonly hops: readonly HostState[];
}

function routeOf(
  fabric: Fabric,
  router: HostState,
  address: Ipv6,
  announcers: readonly HostState[],
): Route | undefined {
  const pool = aggregateOf(fabric, router, address);
  if (pool === undefined) return undefined;
  const hops = hopsOf(fabric, router, announcers);
  return hops.length === 0 ? undefined : { router, pool, hops };
}

function hopsOf(fabric: Fabric, router: HostState, announcers: readonly HostState[]): readonly HostState[] {
  const direct = announcers.filter((host) => sessionBetween(fabric, router, host));
  return direct.length > 0 ? direct : behindFabric(fabric, router, announcers);
}

/** Routers of others behind ours: what each hears of the pool, and from whom. By name. */
function upstreams(routes: readonly Route[]): readonly Hop[] {
  const heard = new Map<string, { readonly asn: number; readonly pool: Ipv6Prefix; readonly from: HostState[] }>();
  for (const { router, pool } of routes) {
    for (const { name, asn } of router.bgp.neighbors.filter(({ role }) => role === "Upstream")) {
      const known = heard.get(name) ?? { asn, pool, from: [] };
      known.from.push(router);
      heard.set(name, known);
    }
  }
  return [...heard]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, { asn, pool, from }]) => ({
      place,
      step: `route ${pool}`,
      detail: `AS ${asn}, heard from ${names(from)}`,
    }));
}

/** Routers of others between hosts and the internet, with the hosts that each hears. */
function foreignRoutes(fabric: Fabric, announcers: readonly HostState[]): ReadonlyMap<string, readonly HostState[]> {
  const routes = new Map<string, HostState[]>();
  for (const host of announcers)
    for (const name of foreignRouters(host, fabric.bgp.managed)) {
      const hosts = routes.get(name) ?? [];
      hosts.push(host);
      routes.set(name, hosts);
    }
  return routes;
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

/** Which paths somebody else's router takes, one or several, is not known here. */
const heardBy = (hosts: readonly HostState[]): string =>
  `not managed; hears it from ${names(hosts)}${hosts.length === 1 ? "" : "; which of them it takes, one or several, is not known"}`;

const names = (nodes: readonly HostState[]): string => nodes.map(({ node }) => node).join(", ");
const nextHops = (hops: readonly HostState[]): string => `next ${hops.length === 1 ? "hop" : "hops"} ${names(hops)}`;
