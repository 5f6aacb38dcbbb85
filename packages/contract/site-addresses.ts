/** Where no rule for egress leads, whatever it says. */
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "./host-state.ts";

/** What the site runs itself, as one host knows it: tunnel end points, and both ends of links between hosts and routers. */
export function siteAddresses({ underlay, bgp }: Pick<HostState, "underlay" | "bgp">): ReadonlySet<Ipv6> {
  const { vtep, tunnelPeers, site = [] } = underlay;
  const sessions = bgp.neighbors.flatMap(({ address, localAddress }) => [address, localAddress]);
  return new Set([...(vtep === null ? [] : [vtep]), ...tunnelPeers, ...sessions, ...site]);
}
