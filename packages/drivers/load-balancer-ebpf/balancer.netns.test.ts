import { anyDriver } from "@netwright/contract";
import { expect, it } from "vitest";
import { loadBalancerNftables } from "../load-balancer-nftables/index.ts";
import { clientAddress, converge, Fabric, pending, tenant } from "../testing/fabric.ts";
import { loadBalancerCompliance } from "../testing/load-balancer-compliance.ts";
import { defaultListener, hostState, vip, type Instance, type Scene } from "../testing/states.ts";
import { loadBalancerEbpf } from "./index.ts";
import { listenerKey, word } from "./layout.ts";
import { loaderOf } from "./loader.ts";
import { programs } from "./programs.ts";
import { EbpfListenerMeter } from "./usage.ts";

/** What somebody else tells the loader, by a process of his own. */
function byHand(...requests: readonly object[]): string {
  const { loader = "", object = "" } = programs() ?? {};
  const lines = [{ op: "load", object }, ...requests].map((request, id) => JSON.stringify({ id, ...request }));
  return `printf '%s\n' ${lines.map((line) => `'${line}'`).join(" ")} | ${loader} /run/balancer`;
}
const zeros = "0".repeat(16);

loadBalancerCompliance({
  driver: anyDriver(loadBalancerEbpf),
  capabilities: loadBalancerEbpf.capabilities,
  harms: [
    ["a program at the uplink", "tc filter del dev uplink ingress pref 28279"],
    ["all programs at the tunnel", "tc qdisc del dev vxlan clsact"],
    ["the refusals", "nft delete table netdev netwright"],
    [
      "every member",
      byHand({ op: "write", map: "members", entries: [1, 2, 3, 4, 5, 6].map((index) => [word(index), zeros]) }),
    ],
    ["the tunnel's MAC", byHand({ op: "write", map: "host", entries: [[word(0), zeros]] })],
    [
      "a listener",
      byHand({ op: "remove", map: "listeners", keys: [listenerKey({ vip, protocol: "tcp", port: 443 })] }),
    ],
  ],
  foreign: {
    // The only kind of classifier that every kernel with ours has; which program it runs does not matter.
    add: "tc filter add dev uplink ingress pref 60000 bpf direct-action object-pinned /run/balancer/1/programs/uplink-*",
    isThere: "tc filter show dev uplink ingress | grep -q 'pref 60000'",
  },
  left: async (node) => (await node.sh("ls /run/netns; ls -d /run/balancer || true")).trim(),
  meter: ({ system }) => new EbpfListenerMeter(system),
  loseHelper: (node) => node.endConversations(),
});

const proxy = (number: number, host: number): Instance => ({ tier: "proxy", number, host });
const members = [proxy(1, 1), proxy(2, 2)];
const scene: Scene = { instances: members, policy: [], listeners: [defaultListener(members, [1])], hosts: 2 };
const [ebpf, nftables] = [anyDriver(loadBalancerEbpf), anyDriver(loadBalancerNftables)];
const ask = { protocol: "tcp", address: vip, port: 443, timeout: 10_000 } as const;

it("is run by the kernel for every packet, and by nothing else", async () => {
  await using fabric = await Fabric.start(2, ebpf);
  await fabric.apply(scene);
  await fabric.announce([1]);
  await Promise.all(members.map((each) => fabric.serve(each, [8443])));
  const loader = loaderOf(fabric.host(1).system);
  const runs = async (): Promise<number> => {
    const [stats] = await loader.ask([{ op: "stats", enable: true }]);
    return (stats as { readonly uplink: { readonly runs: number } }).uplink.runs;
  };
  const before = await runs();
  await fabric.askFromClient(Array.from({ length: 20 }, () => ask));
  // A connection is a SYN, an ACK, a question and an end, at least.
  expect((await runs()) - before).toBeGreaterThanOrEqual(80);
  expect(await fabric.host(1).sh("nft list table netdev netwright", tenant)).not.toMatch(/packets [1-9]/);
});

it("takes the place of the other driver under way, and gives it back; nothing of the former one stays", async () => {
  await using fabric = await Fabric.start(2, nftables);
  await fabric.apply(scene);
  await fabric.announce([1]);
  await Promise.all(members.map((each) => fabric.serve(each, [8443])));
  const say = await fabric.keep("tcp", 443, 20);
  const before = await say();
  const change = async (driver: typeof ebpf): Promise<void> => {
    for (const [index, host] of fabric.hosts.entries()) {
      const state = hostState(scene, index + 1);
      expect(await converge(host, state, driver)).toEqual([]);
      expect(await pending(host, state, driver)).toEqual([]);
    }
    expect(await say()).toEqual(before);
    const fresh = await fabric.askFromClient(Array.from({ length: 10 }, () => ask));
    expect(fresh.filter((answer) => !answer.startsWith("shop-proxy-"))).toEqual([]);
  };
  const host = fabric.host(1);
  await change(ebpf);
  expect(await host.sh("nft list table netdev netwright", tenant)).not.toContain("slots");
  await change(nftables);
  const left = "tc filter show dev uplink ingress; tc qdisc show dev uplink; ls -d /run/balancer 2>/dev/null || true";
  expect(await host.sh(left, tenant)).not.toMatch(/bpf|clsact|balancer/);
  await change(ebpf);
});

it("shares a fleet with the other driver: flows stay where they are while members come, drain and go", async () => {
  await using fabric = await Fabric.start(3, ebpf, nftables, ebpf);
  const [one, two, three] = [proxy(1, 1), { ...proxy(2, 2), mute: true as const }, proxy(3, 3)];
  const apply = async (now: readonly Instance[], ...former: readonly (readonly Instance[])[]): Promise<void> => {
    const listener = { ...defaultListener(now, [1, 2]), former, delivered: [...new Set([...now, ...former.flat()])] };
    const mixed: Scene = { instances: [one, two, three], policy: [], listeners: [listener], hosts: 3 };
    await fabric.apply(mixed);
    expect(await fabric.pending(mixed)).toEqual([]);
  };
  const fresh = async (): Promise<readonly string[]> => {
    const answers = await fabric.askFromClient(Array.from({ length: 40 }, () => ask));
    return [...new Set(answers.map((answer) => answer.split(" ")[0] ?? ""))].toSorted();
  };
  await apply([one, three]);
  await Promise.all([one, two, three].map((each) => fabric.serve(each, [8443])));
  // Either driver takes a flow to the same member, on either driver's host.
  await fabric.announce([1, 2]);
  const first = await fabric.keep("tcp", 443, 30);
  const before = await first();
  for (const hosts of [[2], [1]]) {
    await fabric.announce(hosts);
    expect(await first()).toEqual(before);
    expect(await fresh()).toEqual(["shop-proxy-1", "shop-proxy-3"]);
  }
  // A member on a host that cannot be asked comes: open flows of its slots stay where they are, new ones are its own.
  await apply([one, two, three], [one, three]);
  expect(await first()).toEqual(before);
  expect(await fresh()).toEqual(["shop-proxy-1", "shop-proxy-2", "shop-proxy-3"]);
  // All others drain: what they know they keep.
  await apply([two], [one, two, three], [one, three]);
  expect(await first()).toEqual(before);
  expect(await fresh()).toEqual(["shop-proxy-2"]);
  const second = await fabric.keep("tcp", 443, 20);
  expect(new Set(await second())).toEqual(new Set([answerOf(two)]));
  // It drains itself: what nobody else knows is with it.
  await apply([one, three], [two], [one, two, three]);
  expect(await second()).toEqual(Array.from({ length: 20 }, () => answerOf(two)));
  expect(await fresh()).toEqual(["shop-proxy-1", "shop-proxy-3"]);
});

const answerOf = (member: Instance): string => `shop-proxy-${member.number} ${clientAddress}`;
