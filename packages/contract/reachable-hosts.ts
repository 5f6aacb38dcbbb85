/** Which hosts one has a way to, by its own routes, and what that leaves of a network. Pure. */
import { ipv6Number, type Ipv6 } from "@netwright/base";
import type { HostId, HostState, NetworkState, Tunnel } from "./host-state.ts";

/** Where routes of one prefix lead: somewhere, or to a refusal. */
export interface RouteHave {
  /** The prefix's lowest address. */
  readonly first: bigint;
  readonly length: number;
  readonly usable: boolean;
}

/** By the longest prefix, which must be longer than the default route's: that leads everywhere and nowhere. */
export function hasRoute(routes: readonly RouteHave[], address: Ipv6): boolean {
  const value = ipv6Number(address);
  const matching = routes.filter(({ first, length }) => length > 0 && (value ^ first) >> BigInt(128 - length) === 0n);
  const longest = Math.max(...matching.map(({ length }) => length));
  return matching.some(({ length, usable }) => length === longest && usable);
}

/**
 * The other hosts whose routes tell whether they are there. None where an edge is not ours: it may tell nothing but a
 * default route.
 */
export function toldHosts({ bgp }: HostState, { tunnels }: NetworkState): readonly Tunnel[] {
  const edges = bgp.neighbors.filter(({ role }) => role === "Edge");
  return edges.length > 0 && edges.every(({ foreign }) => foreign === undefined) ? tunnels : [];
}

/** The network without members that cannot be reached. A listener of which nothing would be left keeps its members. */
export function withoutHosts(network: NetworkState, gone: ReadonlySet<HostId>): NetworkState {
  const loadBalancers = network.loadBalancers.map((balancer) => {
    const members = balancer.members.filter(({ hostId }) => !gone.has(hostId));
    return members.length === 0 ? balancer : { ...balancer, members };
  });
  const picked = new Set(loadBalancers.flatMap(({ members }) => members.map(({ mac }) => mac)));
  const tunnels = network.tunnels.map((tunnel) =>
    gone.has(tunnel.hostId) ? { ...tunnel, memberMacs: tunnel.memberMacs.filter((mac) => picked.has(mac)) } : tunnel,
  );
  return { ...network, loadBalancers, tunnels };
}
