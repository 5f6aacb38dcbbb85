import { mkdirSync } from "node:fs";
import { anyDriver } from "@netwright/contract";
import { expect, it } from "vitest";
import { firewallNftables } from "../firewall-nftables/index.ts";
import { Fabric, tenant } from "../testing/fabric.ts";
import { loadBalancerCompliance } from "../testing/load-balancer-compliance.ts";
import { defaultListener, hostState, type Instance, type Scene } from "../testing/states.ts";
import { KeptNft } from "../nftables/kept-process.ts";
import { loadBalancerNftables } from "./index.ts";
import { NftListenerMeter } from "./usage.ts";

loadBalancerCompliance({
  driver: anyDriver(loadBalancerNftables),
  capabilities: loadBalancerNftables.capabilities,
  harms: [
    ["its table", "nft delete table netdev netwright"],
    ["a chain", "nft flush chain netdev netwright uplink"],
    [
      "slots",
      'nft flush map netdev netwright "$(nft list maps | sed -n "s/.*map \\(slots_tcp[^ ]*\\).*/\\1/p" | head -n1)"',
    ],
  ],
  foreign: {
    add: "nft add table netdev others",
    isThere: "nft list table netdev others",
  },
  meter: ({ pid }) => {
    // The test's own process does not see the names of namespaces there.
    mkdirSync("/run/netns", { recursive: true });
    return new NftListenerMeter((netns) => new KeptNft(`../../proc/${pid}/root/run/netns/${netns}`, "-t"));
  },
  // Its tables are in the namespaces of tenants alone, and go with them.
  left: async (node) => (await node.sh("ls /run/netns")).trim(),
  loseHelper: () => {},
});

const proxy = (number: number, host: number): Instance => ({ tier: "proxy", number, host });
const members = [proxy(1, 1), proxy(2, 2), proxy(3, 2)];
const scene = (count: number): Scene => ({
  instances: members,
  policy: [],
  listeners: [defaultListener(members.slice(0, count), [1, 2])],
  hosts: 2,
});

it("gains a member without touching any rule, handle or counter", async () => {
  await using fabric = await Fabric.start(2);
  const handles = async (host: number, family: string): Promise<string> =>
    (await fabric.host(host).sh(`nft -a list table ${family} netwright`, tenant))
      .replaceAll(/packets \d+ bytes \d+/g, "")
      .replaceAll(/\n\s*elements = \{[^}]*\}/g, "");
  await fabric.apply(scene(2));
  const want = firewallNftables.want(hostState(scene(3), 1));
  const plan = firewallNftables.plan(want, await firewallNftables.observe(fabric.host(1).system, want));
  expect(plan).toEqual({ install: [], retire: [] });
  const before = await Promise.all([handles(1, "netdev"), handles(1, "inet")]);
  await fabric.apply(scene(3));
  expect(await Promise.all([handles(1, "netdev"), handles(1, "inet")])).toEqual(before);
  expect(await fabric.pending(scene(3))).toEqual([]);
});
