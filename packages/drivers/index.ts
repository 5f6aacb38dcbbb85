/** The drivers of a node, one line per slot. Adding one: a folder and a line here. */
import { anyDriver, type Driver } from "@netwright/contract";
import { bgpBird } from "./bgp-bird/index.ts";
import { connectionsConntrack } from "./connections-conntrack/index.ts";
import { firewallNftables } from "./firewall-nftables/index.ts";
import { linksIproute2 } from "./links/index.ts";
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
  anyDriver(loadBalancerNftables),
  anyDriver(bgpBird),
];

export { listenerMeter, type ListenerMeter, type ListenerUsage } from "./load-balancer-usage.ts";
export { readBgp } from "./bgp-bird/index.ts";
export {
  readCounts,
  readDenied,
  readNotExposed,
  type FirewallCounts,
  type RuleCount,
} from "./firewall-nftables/index.ts";
