/** What every driver of slot `loadBalancer` must do with real packets. Run through tools/sandbox. */
import { milliseconds, parseIpv6 } from "@netwright/base";
import type { Driver, HostState } from "@netwright/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BalancerCapabilities } from "../load-balancer.ts";
import type { ListenerMeter } from "../load-balancer-usage.ts";
import { clientAddress, converge, Fabric, inside, pending, tenant } from "./fabric.ts";
import type { TestNode } from "./node.ts";
import { addressOf, defaultListener, hostState, instanceId, vip, vtep, type Instance, type Scene } from "./states.ts";

export interface BalancerUnderTest {
  readonly driver: Driver;
  readonly capabilities: BalancerCapabilities;
  /** What a hand may do in a tenant's namespace, so that the next round must put it right. */
  readonly harms: readonly (readonly [what: string, command: string])[];
  /** Something of others in a tenant's namespace, beside what the driver makes there. */
  readonly foreign: { readonly add: string; readonly isThere: string };
  /** What is left of the driver's on a node, in words; empty when nothing is. */
  left(node: TestNode): Promise<string>;
  /** Reads what it counts on a node. */
  meter(node: TestNode): ListenerMeter;
  /** Ends what the driver keeps beside the agent. */
  loseHelper(node: TestNode): void;
}

const instance = (tier: Instance["tier"], number: number, host: number): Instance => ({ tier, number, host });
const [one, two, three] = [instance("proxy", 1, 1), instance("proxy", 2, 2), instance("proxy", 3, 3)] as const;
const spare = instance("proxy", 4, 3);
const web = instance("web", 1, 1);
const instances = [one, two, three, spare, web];

interface Members {
  readonly members: readonly Instance[];
  /** Those that can still be reached; by default all that are named. */
  readonly delivered?: readonly Instance[];
  readonly former?: readonly (readonly Instance[])[];
  readonly hosts?: readonly number[];
}

function sceneOf({ members, former = [], delivered, hosts = [1, 2] }: Members): Scene {
  const all = delivered ?? [...new Set([...members, ...former.flat()])];
  const listener = { ...defaultListener(members, hosts), delivered: all, former };
  return { instances, policy: ["proxy>web:8080"], listeners: [listener, { ...listener, protocol: "udp" }] };
}

const ask = { protocol: "tcp", address: vip, port: 443, timeout: 10_000 } as const;
const answerOf = (member: Instance): string => `${instanceId(member)} ${clientAddress}`;
const answersOf = (...members: readonly Instance[]): ReadonlySet<string> => new Set(members.map(answerOf));
const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);

export function loadBalancerCompliance(under: BalancerUnderTest): void {
  const { driver: balancer, capabilities } = under;

  describe(`the load balancer of ${balancer.name}`, () => {
    let fabric: Fabric;
    beforeAll(async () => {
      fabric = await Fabric.start(3, balancer);
      await fabric.apply(sceneOf({ members: [one, two, three] }));
      await fabric.announce([1, 2]);
      await Promise.all(instances.map((each) => fabric.serve(each, [8080, 8443])));
    });
    afterAll(() => fabric[Symbol.asyncDispose]());

    const apply = (members: Members): Promise<void> => fabric.apply(sceneOf(members));
    const fresh = async (count = 40): Promise<ReadonlySet<string>> =>
      new Set(await fabric.askFromClient(times(count, ask)));

    const packets = async (host: number): Promise<number> => {
      const [link] = JSON.parse(await fabric.host(host).sh("ip -j -s link show dev vxlan", tenant)) as [
        { stats64: { rx: { packets: number }; tx: { packets: number } } },
      ];
      return link.stats64.rx.packets + link.stats64.tx.packets;
    };

    it("has nothing left to do after one round", async () => {
      expect(await fabric.pending(sceneOf({ members: [one, two, three] }))).toEqual([]);
    });

    it("counts flows, packets and octets of each listener", async () => {
      await apply({ members: [two] });
      await fabric.announce([1]);
      const meter = under.meter(fabric.host(1));
      const state = hostState(sceneOf({ members: [two] }), 1);
      const read = async () => (await meter.read(state)).find(({ protocol }) => protocol === "tcp");
      const before = await read();
      expect(before).toMatchObject({ project: "default", service: "shop", vip, port: 443 });
      expect(await fabric.askFromClient(times(3, ask))).toEqual(times(3, answerOf(two)));
      const after = await read();
      // A SYN that was sent again is one more.
      expect((after?.flows ?? 0) - (before?.flows ?? 0)).toBeGreaterThanOrEqual(3);
      expect((after?.packets ?? 0) - (before?.packets ?? 0)).toBeGreaterThanOrEqual(9);
      expect((after?.octets ?? 0) - (before?.octets ?? 0)).toBeGreaterThan(9 * 40);
      meter.close();
    });

    it("keeps the client's address and spreads flows over all members", async () => {
      await apply({ members: [one, two, three] });
      await fabric.announce([1, 2]);
      const answers = await fabric.askFromClient(times(120, ask));
      const counts = [one, two, three].map((member) => answers.filter((answer) => answer === answerOf(member)).length);
      expect(counts.reduce((sum, count) => sum + count)).toBe(answers.length);
      // A fair share is 40; by chance less than 15 happens to one in some millions.
      for (const count of counts) expect(count).toBeGreaterThan(15);
      const datagrams = await fabric.askFromClient(times(40, { ...ask, protocol: "udp" } as const));
      expect(new Set(datagrams)).toEqual(answersOf(one, two, three));
    });

    it("keeps everything on the host while tiers stand together", async () => {
      await apply({ members: [one] });
      await fabric.announce([1]);
      const before = await packets(1);
      expect(await fresh()).toEqual(answersOf(one));
      await fabric.askFrom(one, [{ ...ask, address: addressOf(web), port: 8080 }]);
      expect(await packets(1)).toBe(before);
      await apply({ members: [two] });
      expect(await fresh(1)).toEqual(answersOf(two));
      expect(await packets(1)).toBeGreaterThan(before);
    });

    it("leaves open connections with members that drain, several at once, until they are gone", async () => {
      const [first, second] = [
        [one, two, three],
        [two, three, spare],
      ];
      await apply({ members: first });
      await fabric.announce([1, 2]);
      const say = await fabric.keep("tcp", 443, 30);
      const before = await say();
      expect(new Set(before)).toEqual(answersOf(one, two, three));
      await apply({ members: second, former: [first] });
      expect(await say()).toEqual(before);
      await apply({ members: [three, spare], former: [second, first] });
      expect(await say()).toEqual(before);
      expect(await fresh()).toEqual(answersOf(three, spare));
      expect(await say()).toEqual(before);
      await apply({ members: [three, spare], former: [second, first], delivered: [two, three, spare] });
      expect(await say()).toEqual(before.map((answer) => (answer === answerOf(one) ? "ECONNRESET" : answer)));
    });

    it("moves no connection when a load balancer is lost or the edges spread anew", async () => {
      const [first, hosts] = [
        [one, two, three],
        [1, 2, 3],
      ];
      await apply({ members: first, hosts });
      await fabric.announce(hosts);
      const say = await fabric.keep("tcp", 443, 40);
      const before = await say();
      await fabric.announce([3]);
      expect(await say()).toEqual(before);
      await fabric.announce(hosts);
      expect(await say()).toEqual(before);
      // While members drain, this is what a driver that remembers flows on their load balancer alone cannot do.
      await apply({ members: [two, three], hosts, former: [first] });
      await apply({ members: [three], hosts, former: [[two, three], first] });
      await fabric.announce([2]);
      await say();
      await fabric.announce([3, 1]);
      const after = await say();
      const lost = after.filter((answer, index) => answer !== before[index]);
      expect(lost.length === 0).toBe(capabilities.keepsFlowsAcrossHosts);
      expect(lost.every((answer) => answer === "ECONNRESET")).toBe(true);
    });

    it("sends nothing to a member that is dead, and ends its connections at once", async () => {
      await apply({ members: [one, two, three] });
      await fabric.announce([1, 2]);
      const say = await fabric.keep("tcp", 443, 20);
      const before = await say();
      await apply({ members: [one, three], former: [[one, two, three]], delivered: [one, three] });
      expect(await fresh()).toEqual(answersOf(one, three));
      expect(await say()).toEqual(before.map((answer) => (answer === answerOf(two) ? "ECONNRESET" : answer)));
    });

    it("leaves flows of datagrams with their member", async () => {
      await apply({ members: [one, two] });
      await fabric.announce([1]);
      const say = await fabric.keep("udp", 443, 20);
      const before = await say();
      expect(new Set(before)).toEqual(answersOf(one, two));
      await apply({ members: [two, three, spare], former: [[one, two]] });
      expect(await say()).toEqual(before);
    });

    it("refuses at once where there is no member", async () => {
      await apply({ members: [] });
      await fabric.announce([1, 2]);
      expect(await fabric.askFromClient([ask, { ...ask, protocol: "udp" }])).toEqual(["ECONNREFUSED", "ECONNREFUSED"]);
      await apply({ members: [one] });
      expect(await fresh(1)).toEqual(answersOf(one));
    });

    it("leaves open connections where they are when nobody takes new ones", async () => {
      await apply({ members: [one, two] });
      await fabric.announce([1]);
      const say = await fabric.keep("tcp", 443, 10);
      const before = await say();
      await apply({ members: [], former: [[one, two]] });
      expect(await say()).toEqual(before);
      expect(await fresh(3)).toEqual(new Set(["ECONNREFUSED"]));
    });

    it("drops fragments and counts them", async () => {
      await apply({ members: [two] });
      await fabric.announce([1]);
      // Fragments small enough for the tenant's MTU, or the host would answer them with an error instead.
      await fabric.client.sh("ip link set dev edge mtu 1400");
      const before = await fabric.counted(1, "to_tenant/fragment", null);
      expect(await fabric.askFromClient([{ ...ask, protocol: "udp", size: 3000, timeout: 700 }])).toEqual(["timeout"]);
      expect(await fabric.counted(1, "to_tenant/fragment", null)).toBeGreaterThan(before);
      expect(await fabric.askFromClient([{ ...ask, protocol: "udp", size: 1000 }])).toEqual([answerOf(two)]);
      await fabric.client.sh("ip link set dev edge mtu 1500");
    });

    it("takes an error about a packet to the member that sent it", async () => {
      await apply({ members: [one, two, three] });
      await fabric.announce([1, 2]);
      // Small enough for the MSS of neither end to notice: the edge answers with packet too big.
      await fabric.edge.sh("ip link set dev client mtu 1300");
      const before = await packets(3);
      const wanted = 300_000;
      const learned = (): Promise<readonly string[]> =>
        Promise.all(
          [one, two, three].map((member) => fabric.host(member.host).sh("ip -6 route show cache", inside(member))),
        );
      let routes: readonly string[] = [];
      // Where a connection goes is for its port to say: of twelve, one in forty times none goes to one of three.
      for (
        let round = 0;
        round < 10 && !(routes.length > 0 && routes.every((each) => each.includes("mtu 1300")));
        round++
      ) {
        const fetched = await Promise.all(times(12, 0).map(() => fabric.fetch(vip, 443, wanted)));
        expect(fetched).toEqual(fetched.map(() => wanted));
        routes = await learned();
      }
      for (const each of routes) expect(each).toContain("mtu 1300");
      // Host 3 announces nothing: every error for its member came to another host first, and from there by the tunnel.
      expect(await packets(3)).toBeGreaterThan(before);
      await fabric.edge.sh("ip link set dev client mtu 1500");
    });

    it("gives new flows to hosts that there is a way to, and loses none when one is back", async () => {
      const state = told(hostState(sceneOf({ members: [one, two], hosts: [1] }), 1));
      const host = fabric.host(1);
      const round = async (): Promise<void> => expect(await converge(host, state, balancer)).toEqual([]);
      await apply({ members: [one, two], hosts: [1] });
      await fabric.announce([1]);
      const gateway = /via (\S+)/.exec(await host.sh("ip -6 route show default"))?.[1];
      const route = `${vtep(2)}/128`;
      await host.sh(`ip -6 route add ${route} via ${gateway} proto bird`);
      await round();
      expect(await fresh()).toEqual(answersOf(one, two));
      await host.sh(`ip -6 route del ${route}`);
      await round();
      expect(await fresh()).toEqual(answersOf(one));
      const say = await fabric.keep("tcp", 443, 20);
      const before = await say();
      expect(new Set(before)).toEqual(answersOf(one));
      await host.sh(`ip -6 route add ${route} via ${gateway} proto bird`);
      await round();
      expect(await fresh()).toEqual(answersOf(one, two));
      expect(await say()).toEqual(before);
      await host.sh(`ip -6 route del ${route}`);
    });

    it("puts right what a hand changed, and leaves alone what is others'", async () => {
      const [scene, state] = [sceneOf({ members: [two] }), hostState(sceneOf({ members: [two] }), 1)];
      await fabric.apply(scene);
      await fabric.announce([1]);
      const host = fabric.host(1);
      await host.sh(under.foreign.add, tenant);
      for (const [what, command] of under.harms) {
        await host.sh(command, tenant);
        expect(await pending(host, state, balancer), what).not.toEqual([]);
        expect(await converge(host, state, balancer), what).toEqual([]);
        expect(await pending(host, state, balancer), what).toEqual([]);
        expect(await fresh(2), what).toEqual(answersOf(two));
      }
      await host.sh(under.foreign.isThere, tenant);
    });

    it("goes on without the agent and its helpers, and is taken up again as it is", async () => {
      await apply({ members: [one, two] });
      await fabric.announce([1, 2]);
      const say = await fabric.keep("tcp", 443, 10);
      const before = await say();
      for (const host of fabric.hosts) under.loseHelper(host);
      expect(await fresh()).toEqual(answersOf(one, two));
      expect(await say()).toEqual(before);
      expect(await fabric.pending(sceneOf({ members: [one, two] }))).toEqual([]);
      await apply({ members: [two, three], former: [[one, two]] });
      expect(await fresh()).toEqual(answersOf(two, three));
      expect(await say()).toEqual(before);
    });

    it("leaves nothing behind where nothing is wanted any more", async () => {
      const host = fabric.host(3);
      const state = hostState(sceneOf({ members: [one] }), 3);
      expect(await converge(host, { ...state, networks: [] }, balancer)).toEqual([]);
      expect(await under.left(host)).toBe("");
    });
  });
}

/** With an edge that is ours: its routes tell which hosts are there. */
function told(state: HostState): HostState {
  const bfd = { interval: milliseconds(50), multiplier: 3 };
  const edge = { name: "edge1", role: "Edge", asn: 64510, interface: "e1", loopback: null, bfd } as const;
  const link = { localAddress: parseIpv6("fd00::1"), address: parseIpv6("fd00::2") };
  return { ...state, bgp: { ...state.bgp, neighbors: [{ ...edge, ...link }] } };
}
