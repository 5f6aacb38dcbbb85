import { parseIpv6, seconds } from "@netwright/base";
import type { BalancerReadback, KernelReadback, NamespaceReadback } from "@netwright/contract";
import { anyDriver } from "@netwright/contract";
import { loadBalancerEbpf } from "@netwright/drivers/load-balancer-ebpf/index.ts";
import { Fabric, inside, tenant } from "@netwright/drivers/testing/fabric.ts";
import {
  addressOf,
  defaultListener,
  hostState,
  vip,
  type Instance,
  type Scene,
} from "@netwright/drivers/testing/states.ts";
import { arrivalsScript } from "@netwright/system/probing/arrivals-script.ts";
import { runProbes } from "@netwright/system/probing/run-probes.ts";
import type { Probe } from "@netwright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readKernel } from "./read-kernel.ts";

const proxy: Instance = { tier: "proxy", number: 1, host: 1 };
const web: Instance = { tier: "web", number: 1, host: 2 };
const scene: Scene = {
  instances: [proxy, web],
  policy: ["proxy>web:8080", "proxy>web:53/udp"],
  listeners: [defaultListener([proxy], [1])],
};

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start(2, anyDriver(loadBalancerEbpf));
  await fabric.apply(scene);
  await fabric.announce([1]);
  await fabric.serve(web, [8080]);
});
afterAll(() => fabric[Symbol.asyncDispose]());

async function readbackOf(id: number): Promise<KernelReadback> {
  const { system } = fabric.host(id);
  const state = hostState(scene, id);
  const namespaces: NamespaceReadback[] = [];
  let balancer: BalancerReadback | null = null;
  for await (const part of readKernel({ system, state, revision: 7, signal: new AbortController().signal }))
    if ("namespace" in part) namespaces.push(part.namespace);
    else if ("balancer" in part) balancer = part.balancer;
  return { node: state.node, revision: 7, namespaces, balancer };
}

const named = ({ namespaces }: KernelReadback, netns: string | null): NamespaceReadback =>
  namespaces.find((each) => each.netns === netns) as NamespaceReadback;

describe("a read-back", () => {
  test("has every namespace of ours, whole, and what decides about packets in each", async () => {
    const readback = await readbackOf(1);
    expect(readback.namespaces.map(({ netns, problem }) => [netns, problem])).toEqual([
      [null, null],
      [tenant, null],
      [inside(proxy), null],
    ]);
    expect(named(readback, null).ruleset).toMatch(
      /^table inet netwright .*\{ # handle \d+$[^]*type filter hook forward priority 0;/m,
    );
    expect(named(readback, tenant).ruleset).toContain(`elements = { "w2.1" . ${addressOf(proxy)}`);
    expect(JSON.parse(named(readback, tenant).links)).toContainEqual(expect.objectContaining({ ifname: "vxlan" }));
    expect(JSON.parse(named(readback, tenant).neighbours)).toContainEqual(
      expect.objectContaining({ dst: addressOf(proxy), dev: "w2.1" }),
    );
    expect(JSON.parse(named(readback, null).routes)).toContainEqual(expect.objectContaining({ dst: vip, dev: "nwu7" }));
    expect(JSON.parse(named(readback, tenant).fdb)).toContainEqual(
      expect.objectContaining({ ifname: "vxlan", dst: "fd00:0:0:1::2" }),
    );
    expect(JSON.parse(named(readback, inside(proxy)).addresses)).toHaveLength(2);
    expect(JSON.parse(named(readback, null).rules).length).toBeGreaterThan(1);
    expect(named(readback, tenant).settings["ipv6/conf/all/forwarding"]).toBe("1");
  });

  test("has maps and programs of the load balancer", async () => {
    const { balancer } = await readbackOf(1);
    expect(balancer).toMatchObject({
      problem: null,
      deliveries: [expect.any(Array)],
      members: [[1, expect.any(String)]],
    });
    expect(balancer?.tables).toHaveLength(1);
    expect(balancer?.attached).toMatchObject([
      { netns: tenant, device: "uplink", id: balancer?.programs.uplink },
      { netns: tenant, device: "vxlan", id: balancer?.programs.tunnel },
    ]);
  });

  test("shows what was changed by hand, and tells what could not be read", async () => {
    const host = fabric.host(2);
    await host.sh(`nft insert rule inet netwright forwarding accept comment '"by hand"'`, tenant);
    await host.sh("touch /run/netns/nwn-default.gone");
    const readback = await readbackOf(2);
    expect(named(readback, tenant).ruleset).toMatch(/\taccept comment "by hand" # handle/);
    expect(named(readback, "nwn-default.gone").problem).not.toBeNull();
    expect(named(readback, tenant).problem).toBeNull();
    await host.sh("rm /run/netns/nwn-default.gone");
    await host.sh(
      `nft delete rule inet netwright forwarding handle $(nft -a list chain inet netwright forwarding |
      sed -n 's/.*"by hand" # handle //p')`,
      tenant,
    );
  });
});

describe("probes of an instance", () => {
  const from = (probes: readonly Probe[], instance: Instance = proxy) =>
    runProbes({
      runner: fabric.host(instance.host).system.runner,
      netns: inside(instance),
      probes,
      patience: seconds(4),
    });
  const to = (port: number, protocol: Probe["protocol"] = "tcp"): Probe => ({
    protocol,
    destination: addressOf(web),
    port,
  });

  test("tell what is open, closed and dropped, and keep to the source port that was asked for", async () => {
    await fabric.host(2).sh("nft add element inet netwright flows '{ 2 . 3 . tcp . 8081 : accept }'", tenant);
    await fabric.host(1).sh("nft add element inet netwright flows '{ 2 . 3 . tcp . 8081 : accept }'", tenant);
    const probes = [
      to(8080),
      { ...to(8080), sourcePort: 4711 },
      to(8081),
      to(8079),
      to(53, "udp"),
      to(54, "udp"),
      to(0, "icmp"),
      // Errors that come back are of the one that they quote.
      { ...to(53, "udp"), sourcePort: 4712 },
      { ...to(53, "udp"), sourcePort: 4712, destination: parseIpv6("fd00:0:1:1:9:9:9:9") },
    ];
    const results = await from(probes);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      "Connected",
      "Connected",
      "Refused",
      "Silent",
      "Refused",
      "Silent",
      "Silent",
      "Refused",
      expect.not.stringMatching("Refused"),
    ]);
    expect(results[1]?.sourcePort).toBe(4711);
    expect(results[2]).toMatchObject({ detail: "RST", by: addressOf(web) });
    expect(results[4]).toMatchObject({ detail: "port unreachable", by: addressOf(web) });
    expect(
      results.every(({ microseconds, outcome }) => microseconds > 0 && (outcome !== "Silent" || microseconds > 3e6)),
    ).toBe(true);
  });

  test("what comes to an instance is seen there, also what nobody answers, and nothing that was dropped", async () => {
    const child = fabric.host(2).spawn(["perl", "-e", arrivalsScript], inside(web));
    const lines: string[] = [];
    child.stdout?.on("data", (data: Buffer) => lines.push(...data.toString().trim().split("\n")));
    await expect.poll(() => lines, { timeout: 20_000 }).toEqual(['{"ready":true}']);
    const [open, dropped, datagram] = await from([to(8080), to(8079), to(53, "udp")]);
    const of = (protocol: string, port: number, sourcePort = 0): string =>
      JSON.stringify({ protocol, source: addressOf(proxy), sourcePort, port });
    await expect.poll(() => lines, { timeout: 20_000 }).toContain(of("tcp", 8080, open?.sourcePort));
    await expect.poll(() => lines, { timeout: 20_000 }).toContain(of("udp", 53, datagram?.sourcePort));
    expect(dropped?.sourcePort).toBeGreaterThan(0);
    expect(lines).toHaveLength(3);
  });

  test("the same port again at once; no route; the outside does not answer to its own", async () => {
    const again = await from([{ ...to(8080), sourcePort: 4711 }]);
    expect(again.map(({ outcome }) => outcome)).toEqual(["Connected"]);
    await fabric.client.sh("ip route add unreachable 2001:db8:dead::/48 dev lo");
    const { runner } = fabric.client.system;
    const dead = { ...to(80), destination: "2001:db8:dead::1" as Probe["destination"] };
    const [result] = await runProbes({ runner, probes: [dead], patience: seconds(1) });
    expect(result).toMatchObject({ outcome: "Unreachable" });
  });
});
