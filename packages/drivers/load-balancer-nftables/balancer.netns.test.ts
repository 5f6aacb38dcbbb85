import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAddress, Fabric, inside, tenant } from "../testing/fabric.ts";
import {
  addressOf,
  defaultListener,
  hostState,
  instanceId,
  vip,
  type Instance,
  type Scene,
} from "../testing/states.ts";
import { firewallNftables } from "../firewall-nftables/index.ts";

const [one, two, three] = [1, 2, 3].map((number): Instance => ({ tier: "proxy", number, host: number })) as [
  Instance,
  Instance,
  Instance,
];
const spare: Instance = { tier: "proxy", number: 4, host: 3 };
const web: Instance = { tier: "web", number: 1, host: 1 };
const instances = [one, two, three, spare, web];
const scene = (members: readonly Instance[], delivered = members): Scene => {
  const listener = { ...defaultListener(members, [1, 2]), delivered };
  return { instances, policy: ["proxy>web:8080"], listeners: [listener, { ...listener, protocol: "udp" }] };
};
const must = 10_000;
const ask = { protocol: "tcp", address: vip, port: 443, timeout: must } as const;

describe("the load balancer", () => {
  let fabric: Fabric;
  beforeAll(async () => {
    fabric = await Fabric.start();
    await fabric.apply(scene([one, two, three]));
    await fabric.announce([1, 2]);
    await Promise.all(instances.map((instance) => fabric.serve(instance, [8080, 8443])));
  });
  afterAll(() => fabric[Symbol.asyncDispose]());

  const packets = async (host: number, device: string, netns?: string): Promise<number> => {
    const [link] = JSON.parse(await fabric.host(host).sh(`ip -j -s link show dev ${device}`, netns)) as [
      { stats64: { rx: { packets: number }; tx: { packets: number } } },
    ];
    return link.stats64.rx.packets + link.stats64.tx.packets;
  };
  const handles = async (host: number, family: string): Promise<string> =>
    (await fabric.host(host).sh(`nft -a list table ${family} netwright`, tenant))
      .replaceAll(/packets \d+ bytes \d+/g, "")
      .replaceAll(/elements = \{[^}]*\}/g, "");

  it("keeps everything on the host while tiers stand together", async () => {
    await fabric.apply(scene([one]));
    await fabric.announce([1]);
    const before = await packets(1, "vxlan", tenant);
    const answers = await fabric.askFromClient(Array.from({ length: 50 }, () => ask));
    await fabric.askFrom(one, [{ ...ask, address: addressOf(web), port: 8080 }]);
    expect(new Set(answers)).toEqual(new Set([`${instanceId(one)} ${clientAddress}`]));
    expect(await packets(1, "vxlan", tenant)).toBe(before);
    await fabric.apply(scene([two]));
    expect(await fabric.askFromClient([ask])).toEqual([`${instanceId(two)} ${clientAddress}`]);
    expect(await packets(1, "vxlan", tenant)).toBeGreaterThan(before);
  });

  it("leaves open connections with a member that takes no new ones", async () => {
    await fabric.apply(scene([two]));
    await fabric.announce([1]);
    const held = await fabric.hold("client", vip, 443);
    expect(await held.say(must)).toBe(`${instanceId(two)} ${clientAddress}`);
    await fabric.apply(scene([one, three], [one, two, three]));
    expect(await held.say(must)).toBe(`${instanceId(two)} ${clientAddress}`);
    const fresh = await fabric.askFromClient(Array.from({ length: 30 }, () => ask));
    expect(new Set(fresh)).toEqual(new Set([one, three].map((member) => `${instanceId(member)} ${clientAddress}`)));
    await fabric.apply(scene([one, three]));
    expect(await held.say(must)).toBe("ECONNRESET");
  });

  it("refuses at once where there is no member", async () => {
    await fabric.apply(scene([]));
    await fabric.announce([1, 2]);
    expect(await fabric.askFromClient([ask, { ...ask, protocol: "udp" }])).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
    await fabric.apply(scene([one]));
    expect(await fabric.askFromClient([ask])).toEqual([`${instanceId(one)} ${clientAddress}`]);
  });

  it("drops fragments and counts them", async () => {
    await fabric.apply(scene([two]));
    await fabric.announce([1]);
    // Fragments small enough for the tenant's MTU, or the host would answer them with an error instead.
    await fabric.client.sh("ip link set dev edge mtu 1400");
    const before = await fabric.counted(1, "to_tenant/fragment", null);
    expect(await fabric.askFromClient([{ ...ask, protocol: "udp", size: 3000, timeout: 700 }])).toEqual(["timeout"]);
    expect(await fabric.counted(1, "to_tenant/fragment", null)).toBeGreaterThan(before);
    expect(await fabric.askFromClient([{ ...ask, protocol: "udp", size: 1000 }])).toEqual([
      `${instanceId(two)} ${clientAddress}`,
    ]);
    await fabric.client.sh("ip link set dev edge mtu 1500");
  });

  it("takes an error about a packet to the member that sent it", async () => {
    await fabric.apply(scene([one, two, three]));
    await fabric.announce([1, 2]);
    // Small enough for the MSS of neither end to notice: the edge answers with packet too big.
    await fabric.edge.sh("ip link set dev client mtu 1300");
    const far = fabric.host(3);
    await far.sh(
      `nft 'add table netdev errors; add chain netdev errors arriving { type filter hook ingress device "vxlan" priority -500; }; add rule netdev errors arriving icmpv6 type packet-too-big counter'`,
      tenant,
    );
    const wanted = 300_000;
    const fetched = await Promise.all(Array.from({ length: 12 }, () => fabric.fetch(vip, 443, wanted)));
    expect(fetched).toEqual(fetched.map(() => wanted));
    const learned = await Promise.all(
      [one, two, three].map((member) => fabric.host(member.host).sh("ip -6 route show cache", inside(member))),
    );
    for (const routes of learned) expect(routes).toContain("mtu 1300");
    // Host 3 announces nothing: every error for its member came to another host first, and from there by the tunnel.
    const [, crossed] = /counter packets (\d+)/.exec(await far.sh("nft list table netdev errors", tenant)) ?? [];
    expect(Number(crossed)).toBeGreaterThan(0);
    await far.sh("nft delete table netdev errors", tenant);
    await fabric.edge.sh("ip link set dev client mtu 1500");
  });

  it("gains a member without touching anything else", async () => {
    await fabric.apply(scene([one, two, three]));
    const state = hostState(scene([one, two, three, spare]), 2);
    const want = firewallNftables.want(state);
    const plan = firewallNftables.plan(want, await firewallNftables.observe(fabric.host(2).system, want));
    expect(plan).toEqual({ install: [], retire: [] });
    const before = await Promise.all([handles(1, "netdev"), handles(2, "inet")]);
    const counted = await fabric.counted(2, "forwarding/established");
    await fabric.apply(scene([one, two, three, spare]));
    expect(await Promise.all([handles(1, "netdev"), handles(2, "inet")])).toEqual(before);
    expect(await fabric.counted(2, "forwarding/established")).toBeGreaterThanOrEqual(counted);
    const answers = await fabric.askFromClient(Array.from({ length: 60 }, () => ask));
    expect(answers).toContain(`${instanceId(spare)} ${clientAddress}`);
    expect(await fabric.pending(scene([one, two, three, spare]))).toEqual([]);
  });
});
