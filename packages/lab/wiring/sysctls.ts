/** Kernel settings of a node's network namespace, as paths under /proc/sys/net and values. Pure. */
import type { TopologyNode } from "../topology/topology.ts";

/** Set before links exist, so that `default` reaches every device, those of the agents too. */
export function sysctlsOf({ role }: TopologyNode): readonly (readonly [path: string, value: string])[] {
  const routes = role === "Provider" || role === "Edge" || role === "Host";
  return [
    ["ipv6/conf/all/accept_dad", "0"],
    ["ipv6/conf/default/accept_dad", "0"],
    ["ipv6/conf/default/accept_ra", "0"],
    ["ipv6/conf/default/addr_gen_mode", "1"],
    ...(routes ? routerSysctls : []),
  ];
}

/** Hash policy 1 spreads flows by ports too; addresses must survive a link that goes down and comes back. */
const routerSysctls = [
  ["ipv6/conf/all/forwarding", "1"],
  ["ipv6/conf/all/keep_addr_on_down", "1"],
  ["ipv6/conf/default/keep_addr_on_down", "1"],
  ["ipv6/fib_multipath_hash_policy", "1"],
] as const;
