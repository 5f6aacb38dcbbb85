/** A trace over the API, with agents that look when they are asked to. */
import type { ConnectionTrace } from "@netwright/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeAgent, type FakeAgent } from "../testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "../testing/harness.ts";
import { fabricManifests, nodes, shop } from "../testing/manifests.ts";

let harness: Harness;
let agents: Map<string, FakeAgent>;

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(fabricManifests));
  agents = new Map();
  for (const node of nodes) {
    const { secret } = await harness.admin.createToken({ name: `agent-${node}`, role: "Node", node });
    agents.set(node, startFakeAgent(harness.as(secret), node));
  }
  await harness.admin.apply(applyOf(shop()));
  await eventually(async () => expect((await trace()).verdict).toBe("Delivered"));
});

afterEach(async () => {
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
});

const trace = (): Promise<ConnectionTrace> =>
  harness.admin.trace({ destination: "2001:db8:100::1", port: 443, source: "2001:db8:f::2" });

test("goes from the edges through load balancer and proxy to the web server, each step with its manifest line", async () => {
  const { hops, reason } = await trace();
  expect(hops.map(({ place }) => place)).toEqual([
    "provider",
    "edge1",
    "edge2",
    "host1",
    "host1 default.web",
    "host1 default.web",
    "shop-proxy-1",
    "host1 default.web",
    "host1 default.web",
    "shop-web-1",
  ]);
  expect(hops.filter(({ insteadOf }) => insteadOf !== undefined)).toMatchObject([
    { place: "edge2", insteadOf: "edge1" },
  ]);
  expect(hops[0]).toMatchObject({ step: "route 2001:db8:100::/64", findings: [] });
  expect(hops.filter(({ rule }) => rule !== undefined).map(({ rule }) => rule?.field)).toEqual([
    "spec.expose[0]",
    "spec.expose[0]",
    "spec.expose[0]",
    "spec.tiers[0]",
  ]);
  expect(reason).toBe("shop-web-1 on host1 receives it");
});

test("names the first thing that is wrong on the way", async () => {
  agents.get("host1")?.find([{ slot: "proxy", code: "NW1607", message: "differs: start proxy default.shop-proxy-1" }]);
  const { verdict, reason } = await trace();
  expect(verdict).toBe("Broken");
  expect(reason).toBe("shop-proxy-1: proxy: differs: start proxy default.shop-proxy-1");
});

test("the cause at our own router comes before what a router of others lacks by it", async () => {
  await agents.get("edge1")?.say({ sessions: [], announced: [] });
  await eventually(async () => {
    const { hops, reason } = await trace();
    expect(hops[0]?.findings).toEqual(["bgp: edge1 does not announce 2001:db8:100::/64 to it"]);
    expect(reason).toMatch(/^edge1: bgp: no session with /);
  });
});

test("says why an address is not served", async () => {
  await agents.get("host1")?.say({ instances: [] });
  await eventually(async () => {
    const { verdict, reason } = await trace();
    expect(verdict).toBe("Dropped");
    expect(reason).toContain("shop-");
  });
});

test("refuses what it does not understand", async () => {
  await expect(harness.admin.trace({ destination: "nowhere", port: 443, source: "::1" })).rejects.toThrow(
    "not an IPv6 address",
  );
  await expect(harness.admin.trace({ destination: "::1", port: 0, source: "::1" })).rejects.toThrow("not a port");
  await expect(harness.admin.trace({ destination: "::1", port: 80, instance: "shop-web-9" })).rejects.toThrow(
    "no instance shop-web-9",
  );
  await expect(harness.admin.trace({ destination: "::1", port: 80 })).rejects.toThrow("source is required");
});
