/** What agents measure, on its way to those who ask: routes, tokens, Prometheus' text. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Client, MetricsRecord } from "@netwright/api";
import { formatInstant, type Instant } from "@netwright/base";
import { report, row } from "./measurements/testing.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, shop } from "./testing/manifests.ts";

let harness: Harness;
let agents: readonly FakeAgent[];
let nodes: Readonly<Record<string, Client>>;
/** Where instances are, by tier. */
let placed: ReadonlyMap<string, { readonly id: string; readonly host: string }>;

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(shop()));
  const names = ["host1", "host2", "host3"];
  const tokens = await Promise.all(names.map((node) => harness.admin.createToken({ name: node, role: "Node", node })));
  nodes = Object.fromEntries(names.map((name, index) => [name, harness.as(tokens[index]?.secret ?? "")]));
  agents = names.map((name) => startFakeAgent(nodes[name] as Client, name));
  const instances = await harness.admin.list("Instance");
  placed = new Map(
    instances.items.map(({ metadata, spec }) => {
      const { tier, host } = spec as { readonly tier: string; readonly host: string };
      return [tier, { id: metadata.name, host }];
    }),
  );
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

async function measure(): Promise<void> {
  const [web, proxy] = [placed.get("web"), placed.get("proxy")];
  if (web === undefined || proxy === undefined) throw new Error("the shop is not placed");
  await nodes[web.host]?.nodes.measured(
    web.host,
    report(web.host, row("Instance", `default/${web.id}`, { cpu: 0.25, cpuLimit: 0.5, memory: 1000 })),
  );
  await nodes[proxy.host]?.nodes.measured(
    proxy.host,
    report(
      proxy.host,
      row("Host", proxy.host, { cpu: 1, cpuLimit: 2 }),
      row("Proxy", `default/${proxy.id}`, { requests: 50, successes: 45, serverErrors: 5 }),
      row("Member", `default/${proxy.id}/${web.id}`, { requests: 50, serverErrors: 5 }, { latencies: [60, 45, 80, 5] }),
    ),
  );
}

/** The second in which it was measured must be over. */
const answered = (client: Client, query: Parameters<Client["measures"]>[0]): Promise<readonly MetricsRecord[]> =>
  eventually(async () => {
    const { items } = await client.measures(query);
    if (items.length === 0) throw new Error("nothing is measured yet");
    return items;
  });

describe("answers", () => {
  test("by tier, service and host", async () => {
    await measure();
    const tiers = await eventually(async () => {
      const found = await answered(harness.admin, { group: "tiers", service: "shop" });
      expect(found.map(({ tier }) => tier)).toEqual(["proxy", "web"]);
      expect(found.every(({ values }) => values.requests !== null)).toBe(true);
      return found;
    });
    expect(tiers[1]).toMatchObject({
      project: "default",
      service: "shop",
      instance: null,
      instances: 1,
      values: { requests: 50, errorRatio: 0.1, cpu: 0.25, cpuShare: 0.5, memory: 1000, queue: null, flows: null },
    });
    expect(tiers[1]?.values.latency99).toBeCloseTo(950, -2);
    const [service] = await answered(harness.admin, { group: "services" });
    expect(service).toMatchObject({ tier: null, values: { requests: 50, errorRatio: 0.1 } });
    const [host] = await answered(harness.admin, { group: "hosts" });
    expect(host).toMatchObject({ project: null, host: placed.get("proxy")?.host, values: { cpu: 1, cpuShare: 0.5 } });
    expect((await harness.admin.measures({ group: "tiers", service: "other" })).items).toEqual([]);
  });

  test("over time, with nulls where nothing was measured", async () => {
    await measure();
    const from = formatInstant((Date.now() - 60_000) as Instant);
    await eventually(async () => {
      const { items, step } = await harness.admin.measuresOver({ group: "tiers", metric: "cpu", from, tier: "web" });
      expect(step).toBe(1);
      expect(items[0]?.values.filter((value) => value !== null)).toEqual([0.25]);
      expect(items[0]?.values.length).toBeGreaterThan(50);
    });
  });

  test.each([
    [{ metric: "requests" }, /from is missing/],
    [{ metric: "speed", from: "2020-01-01T00:00:00Z" }, /metric is none of cpu, /],
    [{ metric: "cpu", from: "yesterday" }, /no time/],
    [{ metric: "cpu", from: "2020-01-01T00:00:00Z" }, /11000 are the most/],
    [{ metric: "cpu", from: "2999-01-01T00:00:00Z" }, /not before/],
    [{ metric: "cpu", from: "2020-01-01T00:00:00Z", step: 0 }, /at least 1/],
    [{ metric: "cpu", from: "2020-01-01T00:00:00Z", group: "planets" }, /group is none of services/],
  ])("%j is refused with its reason", async (query, reason) => {
    const asked = { group: "tiers", ...query } as unknown as Parameters<Client["measuresOver"]>[0];
    await expect(harness.admin.measuresOver(asked)).rejects.toThrow(reason);
  });
});

describe("who may", () => {
  test("a node reports for itself alone, and nobody else for it", async () => {
    const host1 = nodes["host1"] as Client;
    await expect(host1.nodes.measured("host2", report("host2"))).rejects.toMatchObject({ code: "NW1504" });
    await expect(host1.nodes.measured("host1", report("host2"))).rejects.toThrow(/about host2/);
    const bad = { node: "host1", tables: [{ kind: "Host", columns: ["cpu"], rows: [["host1", -1, [1]]] }] };
    await expect(host1.nodes.measured("host1", bad)).rejects.toThrow(/elapsed|not|expected|small/i);
  });

  test("a token of one project meets its own project and no host", async () => {
    await harness.admin.apply(
      applyOf("apiVersion: netwright.dev/v1alpha1\nkind: Project\nmetadata: { name: other }\n"),
    );
    const token = await harness.admin.createToken({ name: "theirs", role: "Viewer", project: "other" });
    const other = harness.as(token.secret);
    await measure();
    await answered(harness.admin, { group: "tiers" });
    expect((await other.measures({ group: "tiers" })).items).toEqual([]);
    await expect(other.measures({ group: "hosts" })).rejects.toMatchObject({ code: "NW1504" });
    expect(await other.metrics()).not.toMatch(/^netwright_(tier|host)_\w+\{/m);
  });
});

test("Prometheus: sums by tier and host, a histogram, gauges", async () => {
  await measure();
  await measure();
  const text = await eventually(async () => {
    const told = await harness.admin.metrics();
    expect(told).toContain("netwright_tier_cpu_share{");
    return told;
  });
  const value = (line: string): number =>
    Number(new RegExp(`^${line.replaceAll(/[{}+]/g, "\\$&")} (.*)$`, "m").exec(text)?.[1]);
  const web = 'project="default",service="shop",tier="web"';
  const onHost = `${web},host="${placed.get("proxy")?.host}"`;
  expect(
    value(
      `netwright_tier_responses_total{${onHost.replace(/host="[^"]+"/, `host="${placed.get("web")?.host}"`)},class="server_error"}`,
    ),
  ).toBe(10);
  expect(value(`netwright_tier_latency_seconds_bucket{le="0.1",${web}}`)).toBe(90);
  expect(value(`netwright_tier_latency_seconds_bucket{le="+Inf",${web}}`)).toBe(100);
  expect(value(`netwright_tier_latency_seconds_count{${web}}`)).toBe(100);
  expect(text).toContain("# TYPE netwright_tier_latency_seconds histogram");
  expect(value(`netwright_tier_cpu_share{${web}}`)).toBe(0.5);
  expect(value(`netwright_host_cpu_seconds_total{host="${placed.get("proxy")?.host}"}`)).toBe(2);
  expect(value("netwright_server_samples_bytes")).toBeGreaterThan(0);
});
