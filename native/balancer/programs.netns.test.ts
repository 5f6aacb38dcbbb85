/** What the programs do to single packets, by BPF_PROG_TEST_RUN. */
import { execFileSync } from "node:child_process";
import { parseIpv6, type Mac } from "@netwright/base";
import { uplinkHostMac } from "@netwright/contract";
import { maglevSlot } from "@netwright/model";
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  behindMacs,
  destinationOf,
  errorAbout,
  extensions,
  flags,
  frame,
  ofFlow,
  packet,
  protocols,
  sourceOf,
  type Flow,
} from "./testing/frames.ts";
import { deadMember, index, macValue, muteMember } from "./testing/layout.ts";
import { Loader, object } from "./testing/loader.ts";
import {
  action,
  asking,
  portWhere,
  bucketsOf,
  chosen,
  client,
  counted,
  here,
  macOf,
  names,
  setBuckets,
  setScene,
  tcp,
  there,
  udp,
  vip,
} from "./testing/scene.ts";

const all = names.map((_, at) => at + 1);
const noMember = 0x6e77_0fff;

let loader: Loader;
beforeAll(async () => {
  loader = new Loader("/run/balancer-programs");
  await loader.ask("load", { object });
});
afterAll(() => loader[Symbol.asyncDispose]());
beforeEach(() => setScene(loader));

/** Where a packet went: a member, or what became of it. */
async function sent(
  flow: Flow,
  tcpFlags?: number,
): Promise<{ readonly member: number; readonly tried: number; readonly action: number }> {
  const run = await loader.test("uplink", ofFlow(flow, tcpFlags));
  const member = all.find((each) => macOf(each) === destinationOf(run.data)) ?? 0;
  const source = sourceOf(run.data);
  return { member, tried: source.startsWith("06:01:00") ? Number(`0x${source.split(":")[3]}`) : 0, action: run.action };
}
const known = (flow: Flow, state: string): void => {
  const words = flow.protocol === "tcp" ? ["--state", state, "-u", "SEEN_REPLY,ASSURED"] : ["-u", "SEEN_REPLY"];
  const ports = ["--sport", String(flow.clientPort), "--dport", String(flow.port)];
  execFileSync(
    "conntrack",
    ["-I", "-s", flow.client, "-d", flow.vip, "-p", flow.protocol, ...ports, "-t", "60", ...words],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
};

describe("the choice", () => {
  test("is that of the contract's table and hash, for any client, with TCP and UDP", async () => {
    const member = chosen(all);
    const address = fc.bigInt({ min: 0n, max: (1n << 96n) - 1n });
    const flows = fc.record({
      address,
      clientPort: fc.integer({ min: 1, max: 65_535 }),
      protocol: fc.constantFrom("tcp", "udp"),
    });
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(flows, async ({ address: low, clientPort, protocol }) => {
        const from = parseIpv6(`2001:db8:${(low >> 80n).toString(16)}::${(low & 0xffffn).toString(16)}`);
        const flow: Flow = { ...tcp(clientPort), client: from, protocol };
        const wanted = member(maglevSlot(from, clientPort));
        seen.add(wanted);
        expect(await sent(flow, flags.syn)).toEqual({
          member: wanted,
          tried: 0,
          action: wanted === 1 ? action.pass : action.redirect,
        });
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(seen.size).toBe(5);
  });

  test("changes nothing but MACs; a member elsewhere sees whose host it came from", async () => {
    const [near, far] = [1, 2].map((member) => portWhere((slot) => chosen(all)(slot) === member)) as [number, number];
    const [local, remote] = [ofFlow(tcp(near)), ofFlow(tcp(far))];
    const [kept, left] = [await loader.test("uplink", local), await loader.test("uplink", remote)];
    expect([destinationOf(kept.data), sourceOf(kept.data)]).toEqual([macOf(1), uplinkHostMac]);
    expect([destinationOf(left.data), sourceOf(left.data)]).toEqual([macOf(2), here]);
    expect([behindMacs(kept.data), behindMacs(left.data)]).toEqual(
      [local, remote].map((each) => behindMacs(each.toString("hex"))),
    );
  });

  test("what is for no listener passes untouched", async () => {
    for (const data of [
      ofFlow({ ...tcp(1), port: 80 }),
      ofFlow({ ...tcp(1), vip: client }),
      frame(packet(client, vip, 50, Buffer.alloc(64))),
      frame(packet(client, vip, protocols.icmpv6, Buffer.from([128, 0, 0, 0, 0, 0, 0, 0]))),
      frame(packet(client, client, extensions.fragment, Buffer.alloc(16))),
    ]) {
      const run = await loader.test("uplink", data);
      expect(run).toMatchObject({ action: action.pass, data: data.toString("hex"), mark: 0 });
    }
  });

  test("nobody there: marked for a refusal, and counted", async () => {
    await setBuckets(loader, () => []);
    const before = await loader.counters(counted.tcp);
    for (const each of [flags.syn, flags.ack])
      expect(await loader.test("uplink", ofFlow(tcp(5), each))).toMatchObject({ action: action.pass, mark: noMember });
    expect((await loader.counters(counted.tcp)).noMember).toBe(before.noMember + 2);
    expect(await loader.test("uplink", errorAbout(tcp(5), client, 2))).toMatchObject({ action: action.drop });
  });
});

describe("a bucket that had other members", () => {
  const history = [[2, 3], [2, 3, 4], [2, 3, 4, 5], all];
  const buckets = bucketsOf(history);
  const deep = portWhere((slot) => buckets(slot).length === 4 && buckets(slot).at(-1) === 1);
  const places = buckets(maglevSlot(client, deep));
  beforeEach(() => setBuckets(loader, buckets));

  test("a SYN goes to the current one, everything else asks there first", async () => {
    const [current = 0] = places;
    expect(await sent(tcp(deep), flags.syn)).toEqual({ member: current, tried: 0, action: action.redirect });
    expect(await sent(tcp(deep), flags.synAck)).toEqual({ member: current, tried: 1, action: action.redirect });
    expect(await sent(tcp(deep), flags.ack)).toEqual({ member: current, tried: 1, action: action.redirect });
    expect(await sent(udp(deep))).toEqual({ member: current, tried: 1, action: action.redirect });
  });

  test("one that never moved asks nobody", async () => {
    const still = portWhere((slot) => buckets(slot).length === 1 && buckets(slot)[0] !== 1);
    expect(await sent(tcp(still), flags.ack)).toMatchObject({ tried: 0 });
  });

  const answered = async (tried: number) =>
    loader.test("tunnel", ofFlow(tcp(deep), flags.ack, { to: here, from: asking(here, tried) }));

  test("whoever answers that the flow is not his makes the next one be tried, and at last the current one has it", async () => {
    const before = await loader.counters(counted.tcp);
    for (const tried of [1, 2]) {
      const run = await answered(tried);
      expect(run.action).toBe(action.redirect);
      expect([destinationOf(run.data), sourceOf(run.data)]).toEqual([
        macOf(places[tried] ?? 0),
        asking(here, tried + 1),
      ]);
    }
    // Place 3 is on this host and does not know it either.
    for (const tried of [3, 4]) {
      const run = await answered(tried);
      expect([destinationOf(run.data), sourceOf(run.data)]).toEqual([macOf(places[0] ?? 0), here]);
    }
    expect((await loader.counters(counted.tcp)).retries).toBe(before.retries + 5);
    expect(await answered(5)).toMatchObject({
      action: action.pass,
      data: ofFlow(tcp(deep), flags.ack, { to: here, from: asking(here, 5) }).toString("hex"),
    });
  });

  test.each(["ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "SYN_RECV"])(
    "one on this host has a connection that is %s",
    async (state) => {
      known(tcp(deep), state);
      try {
        const run = await answered(3);
        expect([run.action, destinationOf(run.data)]).toEqual([action.pass, macOf(1)]);
      } finally {
        execFileSync("conntrack", ["-F"], { stdio: "ignore" });
      }
    },
  );

  test.each(["TIME_WAIT", "CLOSE", "SYN_SENT"])(
    "but not one that is %s: its port may be another connection's by now",
    async (state) => {
      known(tcp(deep), state);
      try {
        expect(destinationOf((await answered(3)).data)).toBe(macOf(places[0] ?? 0));
      } finally {
        execFileSync("conntrack", ["-F"], { stdio: "ignore" });
      }
    },
  );

  test("an error about a packet of the flow takes the same way, by the packet that it quotes", async () => {
    known(tcp(deep), "ESTABLISHED");
    try {
      const first = await loader.test("uplink", errorAbout(tcp(deep), parseIpv6("2001:db8:ffff::1"), 2));
      expect([destinationOf(first.data), sourceOf(first.data)]).toEqual([macOf(places[0] ?? 0), asking(here, 1)]);
      const error = errorAbout(tcp(deep), parseIpv6("2001:db8:ffff::1"), 2);
      Buffer.from(`${here}${asking(here, 3)}`.replaceAll(":", ""), "hex").copy(error);
      const last = await loader.test("tunnel", error);
      expect([last.action, destinationOf(last.data)]).toEqual([action.pass, macOf(1)]);
    } finally {
      execFileSync("conntrack", ["-F"], { stdio: "ignore" });
    }
  });

  test("who died is passed over, also where he was the current one", async () => {
    const [current = 0, next = 0] = places;
    await loader.ask("write", { map: "members", entries: [[index(current), deadMember]] });
    expect(await sent(tcp(deep), flags.syn)).toMatchObject({ member: next, tried: 0 });
    expect(await sent(tcp(deep), flags.ack)).toMatchObject({ member: next, tried: 2 });
    await loader.ask("write", { map: "members", entries: [[index(current), macValue(macOf(current))]] });
    expect(await sent(tcp(deep), flags.syn)).toMatchObject({ member: current });
  });

  test("who cannot be asked has what nobody else knows, unless it is a datagram; asked are the others", async () => {
    const [current = 0, next = 0, third = 0] = places;
    const mute = (member: number) =>
      loader.ask("write", { map: "members", entries: [[index(member), muteMember(macOf(member))]] });
    await mute(next);
    expect(await sent(tcp(deep), flags.syn)).toMatchObject({ member: current, tried: 0 });
    expect(await sent(tcp(deep), flags.ack)).toMatchObject({ member: current, tried: 1 });
    const asked = await answered(1);
    expect([destinationOf(asked.data), sourceOf(asked.data)]).toEqual([macOf(third), asking(here, 3)]);
    const last = await answered(3);
    expect([destinationOf(last.data), sourceOf(last.data)]).toEqual([macOf(next), here]);
    const datagram = await loader.test("tunnel", ofFlow(udp(deep), 0, { to: here, from: asking(here, 3) }));
    expect(destinationOf(datagram.data)).toBe(macOf(current));
    await mute(current);
    expect(await sent(tcp(deep), flags.syn)).toMatchObject({ member: current, tried: 0 });
    expect(await sent(tcp(deep), flags.ack)).toMatchObject({ member: third, tried: 3 });
    expect(destinationOf((await answered(3)).data)).toBe(macOf(current));
  });

  test("where nobody takes new flows, those that others know go on", async () => {
    await setBuckets(loader, () => [0, 1]);
    expect(await loader.test("uplink", ofFlow(tcp(deep), flags.syn))).toMatchObject({ mark: noMember });
    expect(await loader.test("uplink", ofFlow(tcp(deep), flags.ack))).toMatchObject({ mark: noMember });
    known(tcp(deep), "ESTABLISHED");
    expect(await sent(tcp(deep), flags.ack)).toEqual({ member: 1, tried: 0, action: action.pass });
    execFileSync("conntrack", ["-F"], { stdio: "ignore" });
  });
});

describe("at the host of a member", () => {
  const arriving = (to: Mac, tried: number, tcpFlags: number = flags.ack): Buffer =>
    ofFlow(tcp(7), tcpFlags, { to, from: asking(there, tried) });

  test("is delivered what is for a member here, unless it was asked for and is not known", async () => {
    expect(await loader.test("tunnel", arriving(macOf(1), 0))).toMatchObject({ action: action.pass });
    const back = await loader.test("tunnel", arriving(macOf(1), 2));
    expect(back.action).toBe(action.redirect);
    expect([destinationOf(back.data), sourceOf(back.data)]).toEqual([there, asking(there, 2)]);
    known(tcp(7), "ESTABLISHED");
    const kept = await loader.test("tunnel", arriving(macOf(1), 2));
    expect([kept.action, destinationOf(kept.data)]).toEqual([action.pass, macOf(1)]);
    execFileSync("conntrack", ["-F"], { stdio: "ignore" });
  });

  test("a member that left is told of where that was asked, and counted where it was not", async () => {
    const before = await loader.counters(counted.host);
    expect(await loader.test("tunnel", arriving(macOf(4), 1))).toMatchObject({ action: action.redirect });
    expect(await loader.test("tunnel", arriving(macOf(4), 0))).toMatchObject({ action: action.pass });
    const after = await loader.counters(counted.host);
    expect([after.retries - before.retries, after.noMember - before.noMember]).toEqual([1, 1]);
  });

  test("what is routed between workloads passes", async () => {
    const data = ofFlow({ ...tcp(7), vip: client }, flags.ack, { to: here, from: there });
    expect(await loader.test("tunnel", data)).toMatchObject({ action: action.pass, data: data.toString("hex") });
  });
});

test("counters are the listener's: packets, octets, new flows, errors", async () => {
  await setBuckets(loader, bucketsOf([all]));
  const before = await loader.counters(counted.tcp);
  await loader.test("uplink", ofFlow(tcp(1), flags.syn));
  await loader.test("uplink", ofFlow(tcp(1), flags.ack));
  await loader.test("uplink", errorAbout(tcp(1), client, 3));
  const after = await loader.counters(counted.tcp);
  const octets = ofFlow(tcp(1)).length * 2 + errorAbout(tcp(1), client, 3).length;
  expect([
    after.packets - before.packets,
    after.bytes - before.bytes,
    after.flows - before.flows,
    after.errors - before.errors,
  ]).toEqual([3, octets, 1, 1]);
  expect(await loader.counters(counted.udp)).toMatchObject({ flows: 0 });
});
