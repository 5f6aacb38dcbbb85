/** Which hosts this one has a way to, by its own routes: BGP with BFD takes the way to a silent host within 150 ms. Pure. */
import { ipv6Number, type Ipv6 } from "@netwright/base";
import type { HostId, HostState, NetworkState, Tunnel } from "@netwright/contract";

/** Every route of this network namespace (net/ipv6/route.c, rt6_info_route). */
export const routesPath = "/proc/self/net/ipv6_route";

/** RTF_UP and RTF_REJECT (linux/route.h). */
const flags = { up: 0x1, reject: 0x200 };

export interface RouteHave {
  readonly first: bigint;
  readonly length: number;
  readonly usable: boolean;
}

/** `DESTINATION LENGTH SOURCE LENGTH GATEWAY METRIC REFERENCES USE FLAGS DEVICE`, all in hexadecimal. */
export function parseRoutes(text: string): readonly RouteHave[] {
  return text.split("\n").flatMap((line) => {
    const [destination = "", length = "", , , , , , , bits = ""] = line.trim().split(/\s+/);
    if (destination.length !== 32) return [];
    const set = parseInt(bits, 16);
    const usable = (set & flags.up) !== 0 && (set & flags.reject) === 0;
    return [{ first: BigInt(`0x${destination}`), length: parseInt(length, 16), usable }];
  });
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
