/** Which hosts a node has a way to, by its own routes, and what that leaves of its networks: load balancers ask for it. */
import { prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { HostId, HostState, NamespaceReadback, NetworkState } from "@netwright/contract";
import { destinationOf, readList, textAt } from "./read-json.ts";

interface Way {
  readonly destination: Ipv6Prefix;
  readonly length: number;
  readonly usable: boolean;
}

const rejecting = new Set(["unreachable", "blackhole", "prohibit"]);

/** Hosts without a way; nobody where an edge is not ours, since that may tell nothing but a default route. */
export function goneHosts({ bgp, networks }: HostState, own: NamespaceReadback | undefined): ReadonlySet<HostId> {
  const edges = bgp.neighbors.filter(({ role }) => role === "Edge");
  const isTold = edges.length > 0 && edges.every(({ foreign }) => foreign === undefined);
  if (!isTold || own === undefined) return new Set();
  const ways = (readList(own.routes) ?? []).map((route): Way => {
    const destination = destinationOf(textAt(route, "dst")) as Ipv6Prefix;
    const length = Number(destination.split("/")[1]);
    return { destination, length, usable: !rejecting.has(textAt(route, "type")) };
  });
  const tunnels = networks.flatMap((network) => network.tunnels);
  return new Set(tunnels.filter(({ vtep }) => !hasWay(ways, vtep)).map(({ hostId }) => hostId));
}

/** By the longest prefix, which must be longer than the default route's: that leads everywhere and nowhere. */
function hasWay(ways: readonly Way[], address: Ipv6): boolean {
  const matching = ways.filter(({ length, destination }) => length > 0 && prefixContains(destination, address));
  const longest = Math.max(...matching.map(({ length }) => length));
  return matching.some(({ length, usable }) => length === longest && usable);
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
