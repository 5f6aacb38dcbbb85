import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientAddress, Fabric } from "./testing/fabric.ts";
import { defaultListener, instanceId, vip, type Instance, type Scene } from "./testing/states.ts";

const proxies: readonly Instance[] = [1, 2, 3].map((number) => ({ tier: "proxy", number, host: number }));
const scene: Scene = {
  instances: proxies,
  policy: [],
  listeners: [defaultListener(proxies, [1, 2]), { ...defaultListener(proxies, [1, 2]), protocol: "udp" }],
};

describe("a listener on two hosts with members on three", () => {
  let fabric: Fabric;
  beforeAll(async () => {
    fabric = await Fabric.start();
    await fabric.apply(scene);
    await fabric.announce([1, 2]);
    await Promise.all(proxies.map((proxy) => fabric.serve(proxy, [8443])));
  });
  afterAll(() => fabric[Symbol.asyncDispose]());

  it("has nothing left to do after one round", async () => {
    expect(await fabric.pending(scene)).toEqual([]);
  });

  it.each(["tcp", "udp"] as const)("reaches every member over %s and keeps the client's address", async (protocol) => {
    const question = { protocol, address: vip, port: 443, timeout: 10_000 };
    const answers = await fabric.askFromClient(Array.from({ length: 40 }, () => question));
    expect(new Set(answers)).toEqual(new Set(proxies.map((proxy) => `${instanceId(proxy)} ${clientAddress}`)));
  });
});
