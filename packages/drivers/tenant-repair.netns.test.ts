import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAddress, converge, Fabric, inside, pending, tenant } from "./testing/fabric.ts";
import { addressOf, defaultListener, hostState, instanceId, vip, type Instance, type Scene } from "./testing/states.ts";

const near: Instance = { tier: "proxy", number: 1, host: 1 };
const far: Instance = { tier: "proxy", number: 2, host: 2 };
const web: Instance = { tier: "web", number: 1, host: 1 };
const members = [near, far];
const scene: Scene = {
  instances: [near, far, web],
  policy: ["proxy>web:8080"],
  listeners: [defaultListener(members, [1])],
  hosts: 2,
};
const state = hostState(scene, 1);
const webInside = inside(web);
const [veth, webVeth] = ["w2.1", "w3.1"];

/** What a hand may do to the host, where, and what the next round must do about it and about nothing else. */
const harms: readonly (readonly [
  what: string,
  command: string,
  netns: string | undefined,
  repair: readonly RegExp[],
])[] = [
  ["a route of the VIP", `ip -6 route del ${vip}`, undefined, [/links: host: ip route add 2001:db8:100::5\/128/]],
  [
    "a neighbour on the uplink",
    "ip neigh del fe80::2:2 dev nwu7",
    undefined,
    [/links: host: ip neigh replace fe80::2:2/],
  ],
  [
    "a wrong neighbour",
    `ip neigh replace ${addressOf(near)} lladdr 02:00:00:00:00:99 dev ${veth} nud permanent`,
    tenant,
    [/ip neigh replace/],
  ],
  [
    "a forwarding entry",
    "bridge fdb del 06:01:00:00:00:02 dev vxlan dst fd00:0:0:1::2 self",
    tenant,
    [/links: .*bridge fdb replace/],
  ],
  [
    "a forwarding entry to elsewhere",
    "bridge fdb replace 06:01:00:00:00:02 dev vxlan dst fd00:0:0:1::9 self permanent",
    tenant,
    [/links: .*bridge fdb replace/],
  ],
  [
    "a forwarding entry to another port",
    "bridge fdb replace 06:01:00:00:00:02 dev vxlan dst fd00:0:0:1::2 port 4790 self permanent",
    tenant,
    [/links: .*bridge fdb replace/],
  ],
  [
    "a forwarding entry into another network",
    "bridge fdb replace 06:01:00:00:00:02 dev vxlan dst fd00:0:0:1::2 vni 9 self permanent",
    tenant,
    [/links: .*bridge fdb replace/],
  ],
  [
    "a route to another host",
    "ip -6 route del fd77:0:0:7:2::/80",
    tenant,
    [/links: .*ip route add fd77:0:0:7:2::\/80/],
  ],
  [
    "a workload's address",
    "ip addr flush dev eth0 scope global",
    webInside,
    [/links: nww-\S+ ip address add fd77::7:1:3:0:1\/128 dev eth0 nodad/],
  ],
  ["a surplus address", "ip addr add fd77::bad/128 dev eth0 nodad", webInside, [/ip address del fd77::bad\/128/]],
  [
    "a link that is down",
    `ip link set dev ${webVeth} down`,
    tenant,
    [/ip link set dev w3.1 up/, /ip (route|neigh|address) (add|replace) .* dev w3.1/],
  ],
  ["a wrong MTU", `ip link set dev ${webVeth} mtu 1400`, tenant, [/ip link set dev w3.1 mtu 1430/]],
  [
    "a workload's veth",
    `ip link del dev ${webVeth}`,
    tenant,
    [/ip link add name w3.1/, /links: .* (dev|name) (w3.1|eth0)\b/],
  ],
  ["the uplink", "ip link del dev nwu7", undefined, [/ip link add name nwu7/, /links: .* (dev|name) (nwu7|uplink)\b/]],
  ["the tunnel", "ip link del dev vxlan", tenant, [/ip link add name vxlan/, /links: .* (dev|name) vxlan\b/]],
  [
    "ECMP by ports",
    "echo 0 > /proc/sys/net/ipv6/fib_multipath_hash_policy",
    undefined,
    [/links: host: 1 to .*fib_multipath_hash_policy/],
  ],
  ["forwarding", "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding", tenant, [/firewall: .*forwards/]],
  [
    "a policy element",
    "nft flush map inet netwright flows",
    tenant,
    [/firewall: .*add element inet netwright flows \(1\)/],
  ],
  [
    "a foreign policy element",
    "nft add element inet netwright flows '{ 1 . 3 . tcp . 22 : accept }'",
    tenant,
    [/firewall: .*delete element inet netwright flows \(1\)/],
  ],
  ["a rule", "nft flush chain inet netwright guard", tenant, [/firewall: .*add rule inet netwright guard/]],
  [
    "a foreign rule",
    "nft insert rule inet netwright forwarding accept",
    tenant,
    [/firewall: .*flush chain inet netwright forwarding/],
  ],
  ["a tenant's table", "nft delete table inet netwright", tenant, [/firewall: .*table inet netwright/]],
  ["the host's table", "nft delete table inet netwright", undefined, [/firewall: host: table inet netwright/]],
  [
    "a slot",
    `nft delete element netdev netwright slots_tcp_443_20010db8010000000000000000000005 '{ 5 }'`,
    tenant,
    [/loadBalancer: .*add element netdev netwright slots_\S+ \(1\)/],
  ],
  [
    "the load balancer's table",
    "nft delete table netdev netwright",
    tenant,
    [/loadBalancer: .*table netdev netwright/],
  ],
  [
    "a namespace that an agent did not finish",
    "ip link set dev lo down",
    webInside,
    [/links: nww-\S+ ip link set dev lo up/, /links: nww-\S+ .*accept_dad/],
  ],
  ["a namespace", `ip netns del ${webInside}`, undefined, [/ip netns add/, /links: .*(nww-default.shop-web-1|w3.1)/]],
];

describe("the next round", () => {
  let fabric: Fabric;
  beforeAll(async () => {
    fabric = await Fabric.start(2);
    await fabric.apply(scene);
    await fabric.announce([1]);
    await Promise.all(members.map((member) => fabric.serve(member, [8443])));
  });
  afterAll(() => fabric[Symbol.asyncDispose]());

  const expectDataPath = async (): Promise<void> => {
    const answers = await fabric.askFromClient(
      Array.from({ length: 20 }, () => ({ protocol: "tcp", address: vip, port: 443, timeout: 10_000 }) as const),
    );
    expect(new Set(answers)).toEqual(new Set(members.map((member) => `${instanceId(member)} ${clientAddress}`)));
  };

  it.each(harms)("repairs %s", async (_, command, netns, repair) => {
    const host = fabric.host(1);
    await host.sh(command, netns);
    const plan = await pending(host, state);
    // Everything that must be done is planned, and nothing else.
    for (const expected of repair) expect(plan.join("\n")).toMatch(expected);
    expect(plan.filter((line) => !repair.some((expected) => expected.test(line)))).toEqual([]);
    expect(await converge(host, state)).toEqual([]);
    expect(await pending(host, state)).toEqual([]);
  });

  it("left a data path that works", async () => {
    await expectDataPath();
  });

  it("touches nothing that is not ours", async () => {
    const host = fabric.host(1);
    await host.sh(
      "nft add table inet operator; nft add chain inet operator mine '{ type filter hook forward priority 5; }'",
    );
    await host.sh(
      "ip link add name guest type veth peer name other; ip link set guest up; ip -6 route add 2001:db8:77::/64 dev guest",
    );
    await host.sh("ip netns add somebody");
    await host.sh(
      "nft add table inet operator; ip link add name probe type veth peer name seen; ip link set probe up; ip -6 route add fd99::/64 dev probe",
      tenant,
    );
    const inHost =
      "nft list table inet operator; ip -o link show dev guest; ip -6 route show 2001:db8:77::/64; ip netns list | grep somebody";
    const inTenant = "nft list table inet operator; ip -o link show dev probe; ip -6 route show fd99::/64";
    const foreign = (): Promise<readonly string[]> => Promise.all([host.sh(inHost), host.sh(inTenant, tenant)]);
    const before = await foreign();
    expect(await pending(host, state)).toEqual([]);
    await host.sh("nft delete table inet netwright; ip link del nwu7");
    expect(await converge(host, state)).toEqual([]);
    expect(await foreign()).toEqual(before);
    const empty = { ...state, networks: [] };
    expect(await converge(host, empty)).toEqual([]);
    expect(await host.sh(inHost)).toBe(before[0]);
  });

  it("takes everything of ours away and builds it again", async () => {
    const host = fabric.host(1);
    const empty = { ...state, networks: [] };
    expect(await converge(host, empty)).toEqual([]);
    expect(await pending(host, empty)).toEqual([]);
    expect(await host.sh("ip netns list | grep -c nw[nw]- || true")).toBe("0\n");
    expect(await host.sh("ip -6 route show proto 178; ip -o link show | grep -c nwu || true")).toBe("0\n");
    expect(await converge(host, state)).toEqual([]);
    await fabric.serve(near, [8443]);
    await expectDataPath();
  });
});
