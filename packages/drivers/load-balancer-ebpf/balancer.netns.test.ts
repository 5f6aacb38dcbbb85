import { anyDriver } from "@netwright/contract";
import { loadBalancerCompliance } from "../testing/load-balancer-compliance.ts";
import { loadBalancerEbpf } from "./index.ts";

const maps = "/run/balancer/1/maps";
const zero = (count: number): string => Array.from({ length: count }, () => "00").join(" ");

loadBalancerCompliance({
  driver: anyDriver(loadBalancerEbpf),
  capabilities: loadBalancerEbpf.capabilities,
  harms: [
    ["a program at the uplink", "tc filter del dev uplink ingress pref 28279"],
    ["all programs at the tunnel", "tc qdisc del dev vxlan clsact"],
    ["the refusals", "nft delete table netdev netwright"],
    ["a member", `bpftool map update pinned ${maps}/members key hex 01 00 00 00 value hex ${zero(8)}`],
    ["the tunnel's MAC", `bpftool map update pinned ${maps}/host key hex ${zero(4)} value hex ${zero(8)}`],
    [
      "every listener",
      `bpftool -j map dump pinned ${maps}/listeners | tr '{' '\\n' | sed -n 's/^"key":\\[\\([^]]*\\)\\].*/\\1/p' | tr -d '",' | sed 's/0x/ /g' | while read -r key; do bpftool map delete pinned ${maps}/listeners key hex $key; done`,
    ],
  ],
  foreign: {
    // The only kind of classifier that every kernel with ours has; which program it runs does not matter.
    add: "tc filter add dev uplink ingress pref 60000 bpf direct-action object-pinned /run/balancer/1/programs/uplink-*",
    isThere: "tc filter show dev uplink ingress | grep -q 'pref 60000'",
  },
  left: async (node) => (await node.sh("ls /run/netns; ls -d /run/balancer || true")).trim(),
  loseHelper: (node) => node.endConversations(),
});
