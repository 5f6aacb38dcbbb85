/** Of routes, neighbours, forwarding entries, devices and settings. */
import { routeProtocol, workloadNamespace, type HostState } from "@netwright/contract";
import type { TestNode } from "@netwright/drivers/testing/node.ts";
import type { DifferenceKind } from "../difference.ts";
import { shell, tenantOf, type Mutation } from "./mutation.ts";

type Line = readonly [kinds: readonly DifferenceKind[], says: string, make: string, undo: string | null];

/** @param repair one round of what sees to links, where changing back by hand is long */
export function wayMutations(node: TestNode, state: HostState, repair: () => Promise<unknown>): readonly Mutation[] {
  const [network] = state.networks;
  const [first, second] = network?.workloads ?? [];
  if (network === undefined || first === undefined || second === undefined) throw new Error("two workloads are needed");
  const tenant = tenantOf(state);
  const inside = workloadNamespace(network, first);
  const [a, b] = [first.address, second.address];
  const p = `proto ${routeProtocol}`;
  const [route, neighbour, forwarding] = [["Route"], ["Neighbour"], ["Forwarding"]] as const;
  const inTenant: readonly Line[] = [
    [route, a, `ip -6 route del ${a} dev w2.1`, `ip -6 route add ${a} dev w2.1 ${p}`],
    [route, a, `ip -6 route replace ${a} dev w3.1 ${p}`, `ip -6 route replace ${a} dev w2.1 ${p}`],
    [route, b, `ip -6 route replace ${b} via fe80::2:1 dev uplink ${p}`, `ip -6 route replace ${b} dev w3.1 ${p}`],
    [route, a, `ip -6 route add ${a} dev w3.1 metric 10`, `ip -6 route del ${a} dev w3.1 metric 10`],
    [
      route,
      "7:2::/80",
      "ip -6 route del fd77:0:0:7:2::/80",
      `ip -6 route add fd77:0:0:7:2::/80 via fe80::1:2 dev vxlan ${p}`,
    ],
    [
      route,
      "7:2::/80",
      `ip -6 route replace fd77:0:0:7:2::/80 via fe80::1:3 dev vxlan ${p}`,
      `ip -6 route replace fd77:0:0:7:2::/80 via fe80::1:2 dev vxlan ${p}`,
    ],
    [
      route,
      "7:3::/80",
      "ip -6 route add fd77:0:0:7:3::/80 via fe80::1:2 dev vxlan",
      "ip -6 route del fd77:0:0:7:3::/80",
    ],
    [
      route,
      "fd77:0:0:7::/64",
      "ip -6 route del unreachable fd77:0:0:7::/64",
      `ip -6 route add unreachable fd77:0:0:7::/64 ${p}`,
    ],
    [
      route,
      "fd77:0:0:7::/64",
      `ip -6 route replace blackhole fd77:0:0:7::/64 ${p}`,
      `ip -6 route del blackhole fd77:0:0:7::/64; ip -6 route replace unreachable fd77:0:0:7::/64 ${p}`,
    ],
    [route, "::/0", "ip -6 route del default", `ip -6 route add default via fe80::2:1 dev uplink ${p}`],
    [
      route,
      "::/0",
      `ip -6 route replace default via fe80::1:2 dev vxlan ${p}`,
      `ip -6 route replace default via fe80::2:1 dev uplink ${p}`,
    ],
    [
      route,
      "2001:db8:bad::/48",
      "ip -6 route add 2001:db8:bad::/48 via fe80::1:2 dev vxlan",
      "ip -6 route del 2001:db8:bad::/48",
    ],
    [
      route,
      "2001:db8:bad::1",
      "ip -6 route add unreachable 2001:db8:bad::1",
      "ip -6 route del unreachable 2001:db8:bad::1",
    ],
    [
      route,
      "table 100",
      "ip -6 route add default via fe80::1:2 dev vxlan table 100",
      "ip -6 route del default table 100",
    ],
    [["RoutingRule"], "priority 100", "ip -6 rule add from all lookup 100 priority 100", "ip -6 rule del priority 100"],
    [
      ["RoutingRule"],
      "priority 90",
      "ip -6 rule add to 2001:db8::/32 prohibit priority 90",
      "ip -6 rule del priority 90",
    ],
    [
      ["Route"],
      "fe80::99",
      "ip -6 address add fe80::99/64 dev uplink nodad",
      "ip -6 address del fe80::99/64 dev uplink",
    ],
    [route, "fe80::1/128", "ip -6 address del fe80::1/128 dev w2.1", null],
    [neighbour, a, `ip neigh replace ${a} lladdr 02:00:00:00:00:99 dev w2.1 nud permanent`, null],
    [neighbour, a, `ip neigh del ${a} dev w2.1`, null],
    [neighbour, b, `ip neigh replace ${b} lladdr ${first.mac} dev w3.1 nud permanent`, null],
    [neighbour, b, `ip neigh replace ${b} lladdr ${second.mac} dev w3.1 nud reachable`, null],
    [neighbour, "fe80::1:2", "ip neigh replace fe80::1:2 lladdr 06:01:00:00:00:03 dev vxlan nud permanent", null],
    [neighbour, "fe80::1:2", "ip neigh del fe80::1:2 dev vxlan", null],
    [neighbour, "fe80::2:1", "ip neigh replace fe80::2:1 lladdr 06:00:00:00:00:09 dev uplink nud permanent", null],
    [
      neighbour,
      "fe80::1:9",
      "ip neigh add fe80::1:9 lladdr 06:01:00:00:00:09 dev vxlan nud permanent",
      "ip neigh del fe80::1:9 dev vxlan",
    ],
    [forwarding, "06:01:00:00:00:02", "bridge fdb del 06:01:00:00:00:02 dev vxlan self", null],
    [
      forwarding,
      "06:01:00:00:00:02",
      "bridge fdb replace 06:01:00:00:00:02 dev vxlan dst fd00:0:0:1::3 self permanent",
      null,
    ],
    [forwarding, "02:00:02:00:00:02", "bridge fdb del 02:00:02:00:00:02 dev vxlan self", null],
    [
      forwarding,
      "02:00:02:00:00:02",
      "bridge fdb replace 02:00:02:00:00:02 dev vxlan dst fd00:0:0:1::9 self permanent",
      null,
    ],
    [
      forwarding,
      "02:00:02:00:00:02",
      "bridge fdb replace 02:00:02:00:00:02 dev vxlan dst fd00:0:0:1::2 port 4790 self permanent",
      "bridge fdb del 02:00:02:00:00:02 dev vxlan self; bridge fdb add 02:00:02:00:00:02 dev vxlan dst fd00:0:0:1::2 self permanent",
    ],
    [
      forwarding,
      "02:00:02:00:00:09",
      "bridge fdb add 02:00:02:00:00:09 dev vxlan dst fd00:0:0:1::2 self permanent",
      "bridge fdb del 02:00:02:00:00:09 dev vxlan self",
    ],
    [
      forwarding,
      "00:00:00:00:00:00",
      "bridge fdb append 00:00:00:00:00:00 dev vxlan dst fd00:0:0:1::2 self permanent",
      "bridge fdb del 00:00:00:00:00:00 dev vxlan dst fd00:0:0:1::2 self",
    ],
    [["Link"], "w2.1", "ip link set w2.1 mtu 1400", "ip link set w2.1 mtu 1430"],
    [["Link"], "w3.1", "ip link set w3.1 address 06:00:00:00:00:77", null],
    [["Link"], "vxlan", "ip link set vxlan mtu 1400", "ip link set vxlan mtu 1430"],
    [["Link"], "w3.1", "ip link set w3.1 down", null],
    [["Link"], "w9.9", "ip link add w9.9 type veth peer name guest", "ip link del w9.9"],
    [
      ["Setting"],
      "forwarding",
      "echo 0 >/proc/sys/net/ipv6/conf/all/forwarding",
      "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
    ],
    [
      ["Rules"],
      "table ip6 other",
      "nft 'add table ip6 other; add chain ip6 other dropping { type filter hook forward priority 5; policy drop; }'",
      "nft delete table ip6 other",
    ],
  ];
  const inNode: readonly Line[] = [
    [route, "2001:db8:100::5", "ip -6 route del 2001:db8:100::5", null],
    [
      route,
      "2001:db8:100::5",
      "ip -6 route replace 2001:db8:100::5 via fd00:0:0:2::2 dev edge",
      `ip -6 route replace 2001:db8:100::5 via fe80::2:2 dev nwu7 ${p}`,
    ],
    [
      route,
      "2001:db8:100::5",
      "ip -6 route add 2001:db8:100::5 via fd00:0:0:2::2 dev edge metric 5",
      "ip -6 route del 2001:db8:100::5 metric 5",
    ],
    [
      route,
      "2001:db8:bad::/48",
      "ip -6 route add 2001:db8:bad::/48 via fe80::2:2 dev nwu7",
      "ip -6 route del 2001:db8:bad::/48",
    ],
    [route, "fd6e:7700::7:2", "ip -6 route del fd6e:7700::7:2", null],
    [neighbour, "fe80::2:2", "ip neigh replace fe80::2:2 lladdr 06:00:00:00:00:08 dev nwu7 nud permanent", null],
    [["Link"], "nwu7", "ip link set nwu7 mtu 1500", "ip link set nwu7 mtu 1430"],
    [
      ["Setting"],
      "fib_multipath",
      "echo 0 >/proc/sys/net/ipv6/fib_multipath_hash_policy",
      "echo 1 >/proc/sys/net/ipv6/fib_multipath_hash_policy",
    ],
  ];
  const inWorkload: readonly Line[] = [
    [route, "::/0", "ip -6 route del default", null],
    [route, "::/0", `ip -6 route replace default via fe80::9 dev eth0 onlink ${p}`, null],
    [neighbour, "fe80::1", "ip neigh replace fe80::1 lladdr 06:00:00:00:00:99 dev eth0 nud permanent", null],
    [route, "fd77::99", "ip -6 address add fd77::99/128 dev eth0 nodad", "ip -6 address del fd77::99/128 dev eth0"],
    [
      ["Rules"],
      "table inet mine",
      "nft 'add table inet mine; add chain inet mine out { type filter hook output priority 0; policy drop; }'",
      "nft delete table inet mine",
    ],
  ];
  const all = (netns: string | null, lines: readonly Line[]): readonly Mutation[] =>
    lines.map(([kinds, says, make, undo]) => ({
      name: make,
      netns,
      kinds,
      says,
      make: () => shell(node, netns, make),
      undo: () => (undo === null ? repair() : shell(node, netns, undo)),
    }));
  return [
    ...all(tenant, inTenant),
    ...all(null, inNode),
    ...all(inside, inWorkload),
    {
      name: "a network that nobody wants",
      netns: "nwn-default.other",
      kinds: ["Namespace"],
      says: "nwn-default.other",
      make: () => shell(node, null, "ip netns add nwn-default.other"),
      undo: () => shell(node, null, "ip netns del nwn-default.other"),
    },
  ];
}
