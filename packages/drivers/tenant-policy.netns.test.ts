import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCounts, readDenied, readNotExposed } from "./firewall-nftables/index.ts";
import { linksIproute2 } from "./links/index.ts";
import { clientAddress, Fabric, inside, tenant } from "./testing/fabric.ts";
import {
  addressOf,
  classes,
  defaultListener,
  hostState,
  instanceId,
  vip,
  type Instance,
  type Scene,
} from "./testing/states.ts";
import type { Question } from "./testing/talk.ts";

const proxy: Instance = { tier: "proxy", number: 1, host: 1 };
const near: Instance = { tier: "web", number: 1, host: 1 };
const far: Instance = { tier: "web", number: 2, host: 2 };
const db: Instance = { tier: "db", number: 1, host: 2 };
const instances = [proxy, near, far, db];

/** Long enough for a loaded machine where an answer must come, short where none may. */
const must = 10_000;
const mustNot = 700;

const question = (to: Instance, port: number, timeout: number, protocol: "tcp" | "udp" = "tcp"): Question => ({
  protocol,
  address: addressOf(to),
  port,
  timeout,
});

const scene = (policy: readonly string[]): Scene => ({
  instances,
  policy,
  listeners: [{ ...defaultListener([proxy], [1]) }],
});

describe("flows between workloads", () => {
  let fabric: Fabric;
  beforeAll(async () => {
    fabric = await Fabric.start(2);
    await fabric.apply({ ...scene([]), hosts: 2 });
    await fabric.announce([1]);
    await Promise.all(instances.map((instance) => fabric.serve(instance, [8080, 8443])));
  });
  afterAll(() => fabric[Symbol.asyncDispose]());

  const apply = (policy: readonly string[]): Promise<void> => fabric.apply({ ...scene(policy), hosts: 2 });

  it.each([
    ["on one host", proxy, near, "tcp"],
    ["across hosts", proxy, far, "tcp"],
    ["on one host", proxy, near, "udp"],
    ["across hosts", proxy, far, "udp"],
  ] as const)("are closed, open and closed again %s: %o to %o over %s", async (_, from, to, protocol) => {
    const rule = protocol === "tcp" ? "proxy>web:8080" : "proxy>web:8080/udp";
    await apply([]);
    const before = await fabric.counted(1, "forwarding/denied");
    expect(await fabric.askFrom(from, [question(to, 8080, mustNot, protocol)])).toEqual(["timeout"]);
    expect(await fabric.counted(1, "forwarding/denied")).toBeGreaterThan(before);
    await apply([rule]);
    expect(await fabric.askFrom(from, [question(to, 8080, must, protocol)])).toEqual([
      `${instanceId(to)} ${addressOf(from)}`,
    ]);
    await apply([]);
    expect(await fabric.askFrom(from, [question(to, 8080, mustNot, protocol)])).toEqual(["timeout"]);
  });

  it("open in one direction, to one port and one class only", async () => {
    await apply(["proxy>web:8080"]);
    expect(await fabric.askFrom(far, [question(proxy, 8080, mustNot), question(near, 8080, mustNot)])).toEqual([
      "timeout",
      "timeout",
    ]);
    expect(await fabric.askFrom(proxy, [question(far, 8443, mustNot), question(db, 8080, mustNot)])).toEqual([
      "timeout",
      "timeout",
    ]);
    await apply(["proxy>db:8080", "proxy>web:8080", "proxy>web:8443", "web>proxy:8080", "web>web:8080"]);
    expect(await fabric.askFrom(far, [question(proxy, 8080, must), question(near, 8080, must)])).toEqual([
      `${instanceId(proxy)} ${addressOf(far)}`,
      `${instanceId(near)} ${addressOf(far)}`,
    ]);
    expect(await fabric.askFrom(proxy, [question(far, 8443, must), question(db, 8080, must)])).toEqual([
      `${instanceId(far)} ${addressOf(proxy)}`,
      `${instanceId(db)} ${addressOf(proxy)}`,
    ]);
  });

  it("are named by class and port when they were denied", async () => {
    await apply(["proxy>web:8080"]);
    await fabric.askFrom(db, [question(near, 8443, mustNot), question(near, 8443, mustNot, "udp")]);
    // A workload may not reach the outside, and a service's own address is outside for it.
    await fabric.askFrom(db, [{ protocol: "udp", address: clientAddress, port: 53, timeout: mustNot }]);
    await fabric.askFrom(db, [{ protocol: "tcp", address: vip, port: 443, timeout: mustNot }]);
    const denied = await readDenied(fabric.host(2).system, { project: "default", name: "web" });
    const keys = denied.map(({ from, to, protocol, port }) => ({ from, to, protocol, port }));
    for (const protocol of ["tcp", "udp"]) {
      expect(keys).toContainEqual({ from: classes.db, to: classes.web, protocol, port: 8443 });
    }
    expect(keys).toContainEqual({ from: classes.db, to: 0, protocol: "udp", port: 53 });
    expect(keys).toContainEqual({ from: classes.db, to: 0, protocol: "tcp", port: 443 });
    expect(denied.every(({ packets, bytes }) => packets > 0 && bytes >= packets * 40)).toBe(true);
    expect((await readCounts(fabric.host(2).system, tenant)).rules).toBe(1);
  });

  it("from outside to a port that is not exposed are named by both ends; the exposed one beside it answers", async () => {
    await apply([]);
    const outside = { source: clientAddress, destination: vip };
    const knock = { protocol: "tcp", address: vip, port: 22, timeout: mustNot } as const;
    expect(await fabric.askFromClient([knock, { ...knock, protocol: "udp", port: 53 }])).toEqual([
      "timeout",
      "timeout",
    ]);
    expect(await fabric.askFromClient([{ ...knock, port: 443, timeout: must }])).toEqual([
      `${instanceId(proxy)} ${clientAddress}`,
    ]);
    const flows = await readNotExposed(fabric.host(1).system);
    expect(flows).toHaveLength(2);
    expect(flows).toContainEqual(expect.objectContaining({ from: 0, to: 0, protocol: "tcp", port: 22, outside }));
    expect(flows).toContainEqual(expect.objectContaining({ from: 0, to: 0, protocol: "udp", port: 53, outside }));
    expect(flows.every(({ packets, bytes }) => packets > 0 && bytes >= packets * 40)).toBe(true);
  });

  it("are dropped also when no more of them can be told apart", async () => {
    await apply([]);
    const host = fabric.host(1);
    // As a scan from very many sources would leave it.
    const elements = Array.from(
      { length: 4096 },
      (_, index) => `2001:db8:f::1:${index.toString(16)} . ${vip} . tcp . 1`,
    );
    await host.system.runner.run(["nft", "-f", "-"], {
      input: `flush set inet netwright not_exposed\nadd element inet netwright not_exposed { ${elements.join(", ")} }\n`,
    });
    const before = await fabric.counted(1, "to_tenant/not-listening", null);
    expect(await fabric.askFromClient([{ protocol: "tcp", address: vip, port: 23, timeout: mustNot }])).toEqual([
      "timeout",
    ]);
    expect(await fabric.counted(1, "to_tenant/not-listening", null)).toBeGreaterThan(before);
    const flows = await readNotExposed(host.system);
    expect(flows).toHaveLength(4096);
    expect(flows.some(({ port }) => port === 23)).toBe(false);
    await host.sh("nft flush set inet netwright not_exposed");
  });

  it("end when their rule goes, and others live on", async () => {
    await apply(["proxy>db:8080", "proxy>web:8080"]);
    const [cut, kept] = await Promise.all([
      fabric.hold(proxy, addressOf(far), 8080),
      fabric.hold(proxy, addressOf(db), 8080),
    ]);
    expect(await cut.say(must)).toBe(`${instanceId(far)} ${addressOf(proxy)}`);
    expect(await kept.say(must)).toBe(`${instanceId(db)} ${addressOf(proxy)}`);
    await apply(["proxy>db:8080"]);
    expect(await cut.say(mustNot)).toBe("timeout");
    expect(await kept.say(must)).toBe(`${instanceId(db)} ${addressOf(proxy)}`);
    expect(await fabric.pending({ ...scene(["proxy>db:8080"]), hosts: 2 })).toEqual([]);
  });

  it("that come from outside end when their delivery goes", async () => {
    await apply([]);
    const held = await fabric.hold("client", vip, 443);
    expect(await held.say(must)).toBe(`${instanceId(proxy)} ${clientAddress}`);
    const without: Scene = {
      instances,
      policy: [],
      listeners: [{ ...defaultListener([], [1]), delivered: [] }],
      hosts: 2,
    };
    await fabric.apply(without);
    expect(await fabric.host(1).sh("conntrack -L -f ipv6 -o extended", tenant)).not.toContain(`dst=${vip}`);
    expect(await held.say(must)).toBe("ECONNRESET");
    await apply([]);
  });

  it("cannot be opened with somebody else's address", async () => {
    await apply(["proxy>web:8080"]);
    const forged = addressOf(proxy);
    await fabric.host(2).sh(`ip addr add ${forged}/128 dev eth0 nodad`, inside(db));
    const before = await fabric.counted(2, "guard/spoofed");
    const asked = question(far, 8080, mustNot);
    expect(await fabric.askFrom(db, [{ ...asked, from: forged }])).toEqual(["timeout"]);
    expect(await fabric.counted(2, "guard/spoofed")).toBeGreaterThan(before);
    const spoofed = await fabric.host(2).sh("nft list set inet netwright spoofed", tenant);
    expect(spoofed).toContain(`. ${forged} counter`);
    expect(await fabric.askFrom(proxy, [{ ...asked, timeout: must }])).toEqual([`${instanceId(far)} ${forged}`]);
  });

  it("cannot be opened from outside with an address of the network", async () => {
    await apply(["proxy>web:8080"]);
    const forged = addressOf({ tier: "proxy", number: 99, host: 9 });
    await fabric.client.sh(`ip addr add ${forged}/128 dev edge nodad`);
    const before = await fabric.counted(1, "guard/spoofed");
    const asked = { protocol: "udp", address: vip, port: 443, timeout: mustNot, from: forged } as const;
    expect(await fabric.askFromClient([{ ...asked, protocol: "tcp" }])).toEqual(["timeout"]);
    expect(await fabric.counted(1, "guard/spoofed")).toBeGreaterThan(before);
  });
});

describe("a namespace without rules", () => {
  it("forwards nothing until the firewall is in place", async () => {
    await using fabric = await Fabric.start(1);
    const open: Scene = { ...scene(["proxy>web:8080"]), instances: [proxy, near], hosts: 1 };
    const host = fabric.host(1);
    const want = linksIproute2.want(hostState(open, 1));
    const plan = linksIproute2.plan(want, await linksIproute2.observe(host.system, want));
    expect(await linksIproute2.apply(host.system, plan.install)).toEqual([]);
    await fabric.serve(near, [8080]);
    expect(await fabric.askFrom(proxy, [question(near, 8080, mustNot)])).toEqual(["timeout"]);
    expect(await host.sh("conntrack -L -f ipv6", tenant)).toBe("");
    await fabric.apply(open);
    expect(await fabric.askFrom(proxy, [question(near, 8080, must)])).toEqual([
      `${instanceId(near)} ${addressOf(proxy)}`,
    ]);
  });
});
