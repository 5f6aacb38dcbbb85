/** The drivers of a node, one line each. Adding one: a folder and a line here. */
import { anyDriver, defaultLoadBalancer, type Driver, type HostState } from "@netwright/contract";
import { bgpBird } from "./bgp-bird/index.ts";
import { connectionsConntrack } from "./connections-conntrack/index.ts";
import { firewallNftables } from "./firewall-nftables/index.ts";
import { linksIproute2 } from "./links/index.ts";
import { loadBalancerEbpf } from "./load-balancer-ebpf/index.ts";
import { loadBalancerNftables } from "./load-balancer-nftables/index.ts";
import { proxyHaproxy } from "./proxy-haproxy/index.ts";
import { resolverUnbound } from "./resolver-unbound/index.ts";
import { runtimeCrun } from "./runtime-crun/index.ts";
import { volumesExt4 } from "./volumes-ext4/index.ts";

export const drivers: readonly Driver[] = [
  anyDriver(linksIproute2),
  anyDriver(firewallNftables),
  anyDriver(connectionsConntrack),
  anyDriver(resolverUnbound),
  anyDriver(volumesExt4),
  anyDriver(runtimeCrun),
  anyDriver(proxyHaproxy),
  anyDriver(loadBalancerEbpf),
  anyDriver(loadBalancerNftables),
  anyDriver(bgpBird),
];

export { listenerMeter, type ListenerMeter, type ListenerUsage } from "./load-balancer-usage.ts";
/** Of several drivers of a slot, the one that a node should use. */
export const driversFor = (
  all: readonly Driver[],
  { loadBalancer }: Pick<HostState, "loadBalancer">,
): readonly Driver[] => {
  const name = loadBalancer ?? defaultLoadBalancer;
  const isAlone = all.filter(({ slot }) => slot === "loadBalancer").length < 2;
  return isAlone ? all : all.filter((driver) => driver.slot !== "loadBalancer" || driver.name === name);
};

export { readBgp } from "./bgp-bird/index.ts";
export {
  readCounts,
  readDenied,
  readNotExposed,
  type FirewallCounts,
  type RuleCount,
} from "./firewall-nftables/index.ts";
