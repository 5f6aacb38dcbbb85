/** Packets that are long, short, broken or hostile, by BPF_PROG_TEST_RUN. */
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  behindMacs,
  destinationOf,
  errorAbout,
  extended,
  extensions,
  flags,
  frame,
  ofFlow,
  packet,
  protocols,
  transport,
} from "./testing/frames.ts";
import { Loader, object } from "./testing/loader.ts";
import {
  action,
  asking,
  bucketsOf,
  chosen,
  client,
  counted,
  here,
  macOf,
  names,
  portWhere,
  setBuckets,
  setScene,
  tcp,
  udp,
  vip,
} from "./testing/scene.ts";

const all = names.map((_, at) => at + 1);

let loader: Loader;
beforeAll(async () => {
  loader = new Loader("/run/balancer-headers");
  await loader.ask("load", { object });
});
afterAll(() => loader[Symbol.asyncDispose]());
beforeEach(() => setScene(loader));

describe("headers", () => {
  const flow = tcp(portWhere((slot) => chosen(all)(slot) === 2));
  const through = (kinds: Parameters<typeof extended>[0], payload = transport(flow, flags.syn)): Buffer => {
    const [next, rest] = extended(kinds, protocols.tcp, payload);
    return frame(packet(client, vip, next, rest));
  };
  const { hopByHop, routing, fragment, options } = extensions;

  test("up to four extension headers are passed over; more are refused and counted", async () => {
    for (const kinds of [
      [[hopByHop, 0]],
      [
        [hopByHop, 1],
        [options, 0],
        [routing, 2],
        [options, 3],
      ],
    ] as const)
      expect(destinationOf((await loader.test("uplink", through(kinds))).data)).toBe(macOf(2));
    const before = await loader.counters(counted.address);
    const five = [hopByHop, options, options, options, options].map((kind) => [kind, 0] as const);
    expect(await loader.test("uplink", through(five))).toMatchObject({ action: action.drop });
    expect((await loader.counters(counted.address)).malformed).toBe(before.malformed + 1);
  });

  test("fragments are refused and counted, the first one too, and in a quoted packet", async () => {
    const before = await loader.counters(counted.address);
    expect(await loader.test("uplink", through([[fragment, 0]]))).toMatchObject({ action: action.drop });
    expect(
      await loader.test(
        "uplink",
        through([
          [hopByHop, 0],
          [fragment, 0],
        ]),
      ),
    ).toMatchObject({ action: action.drop });
    expect((await loader.counters(counted.address)).fragments).toBe(before.fragments + 2);
  });

  test("an error about somebody else's packet, or about neither TCP nor UDP, is the stack's", async () => {
    const quoted = (inner: Buffer): Buffer =>
      frame(packet(client, vip, protocols.icmpv6, Buffer.concat([Buffer.from([1, 0]), Buffer.alloc(6), inner])));
    for (const inner of [packet(client, vip, protocols.tcp, transport(flow)), packet(vip, client, 50, Buffer.alloc(8))])
      expect(await loader.test("uplink", quoted(inner))).toMatchObject({ action: action.pass, mark: 0 });
  });

  test("cut anywhere, it goes to its member or is refused, and nothing is made up", async () => {
    const whole = through([
      [hopByHop, 0],
      [routing, 1],
    ]);
    for (let length = 54; length <= whole.length; length++) {
      const run = await loader.test("uplink", whole.subarray(0, length));
      expect(run.action, `${length} octets`).toBe(length < whole.length - 6 ? action.drop : action.redirect);
    }
  });

  test("whatever comes, only MACs change, and only for a listener of ours", { timeout: 60_000 }, async () => {
    await setBuckets(loader, bucketsOf([[2, 3], [1, 2, 3], all]));
    const start = fc.constantFrom(
      ofFlow(tcp(9)),
      ofFlow(udp(9)),
      through([[hopByHop, 0]]),
      through([[fragment, 0]]),
      errorAbout(flow, client, 2),
    );
    const damage = fc.array(fc.tuple(fc.nat(119), fc.nat(255)), { maxLength: 6 });
    const tunnelled = fc.option(fc.record({ to: fc.constantFrom(here, macOf(1), macOf(4)), tried: fc.nat(6) }), {
      nil: undefined,
    });
    await fc.assert(
      fc.asyncProperty(
        start,
        damage,
        fc.integer({ min: 54, max: 160 }),
        tunnelled,
        async (base, changes, length, by) => {
          const data = Buffer.from(base);
          if (by !== undefined) Buffer.from(`${by.to}${asking(here, by.tried)}`.replaceAll(":", ""), "hex").copy(data);
          for (const [at, octet] of changes) if (at < data.length) data[at] = octet;
          const cut = data.subarray(0, Math.max(54, Math.min(length, data.length)));
          const run = await loader.test(by === undefined ? "uplink" : "tunnel", cut);
          expect(Object.values(action)).toContain(run.action);
          expect(behindMacs(run.data)).toBe(behindMacs(cut.toString("hex")));
          if (run.data !== cut.toString("hex"))
            expect(destinationOf(run.data)).toMatch(/^02:00:03:00:00:0[1-5]$|^06:01:00:00:/);
        },
      ),
      { seed: 20_250_101, numRuns: 3000 },
    );
  });
});
