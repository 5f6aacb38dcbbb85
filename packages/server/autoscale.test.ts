/** Tiers that grow by what agents measure, on their way from the agents' reports to instances, events and explanations. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Client, ServiceStatus } from "@netwright/api";
import { report, row } from "./measurements/testing.ts";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, shop } from "./testing/manifests.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let harness: Harness;
let agents: readonly FakeAgent[];
let nodes: ReadonlyMap<string, Client>;

const autoscaled = shop(1, "      autoscale: { min: 1, max: 3, warmUp: 0s }\n");

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(fabricManifests));
  await harness.admin.apply(applyOf(autoscaled));
  const names = ["host1", "host2", "host3"];
  const tokens = await Promise.all(names.map((node) => harness.admin.createToken({ name: node, role: "Node", node })));
  nodes = new Map(names.map((name, index) => [name, harness.as(tokens[index]?.secret ?? "")]));
  agents = [...nodes].map(([name, client]) => startFakeAgent(client, name));
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

interface Web {
  readonly id: string;
  readonly host: string;
}

async function webs(): Promise<readonly Web[]> {
  const { items } = await harness.admin.list("Instance");
  return items
    .map(({ metadata, spec }) => ({ id: metadata.name, ...(spec as { readonly tier: string; readonly host: string }) }))
    .filter(({ tier }) => tier === "web");
}

/** Every instance of web uses such a share of its CPU. */
async function measure(share: number): Promise<void> {
  const instances = await webs();
  for (const [host, own] of Map.groupBy(instances, (web) => web.host)) {
    const rows = own.map(({ id }) => row("Instance", `default/${id}`, { cpu: share, cpuLimit: 1 }));
    await nodes.get(host)?.nodes.measured(host, report(host, ...rows));
  }
}

const explained = () => harness.admin.explainAutoscale({ name: "shop" });

test("a busy tier grows, says why, and leaves the manifest alone", async () => {
  await eventually(async () => {
    await measure(0.95);
    expect(await webs()).toHaveLength(3);
  });
  const { items } = await harness.admin.list("Service");
  expect(items[0]?.spec).toMatchObject({ tiers: [{ name: "web", replicas: 1, autoscale: { max: 3 } }] });
  expect(await harness.admin.changes()).toHaveLength(2);
  const events = await harness.admin.events({ for: "service/shop" });
  expect(events.filter(({ reason }) => reason === "ScaledUp").map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^web 1 -> 2: CPU .*% of 70%: 2 instances$/),
  );
  const { tiers, stages } = await explained();
  expect(tiers).toEqual([{ tier: "web", desired: 3, min: 1, max: 3 }]);
  expect(stages.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining(["Collect", "Recommend", "Stabilise", "Bounds"]),
  );
  await eventually(async () => {
    await measure(0.95);
    const told = await harness.admin.events({ for: "service/shop" });
    expect(told.map(({ reason }) => reason)).toContain("AtMaximum");
  });
});

test("the status tells what is wanted, what there is and why; it survives a restart", async () => {
  const service = async (): Promise<ServiceStatus> =>
    (await harness.admin.get({ kind: "Service", name: "shop" })).status as unknown as ServiceStatus;
  const status = await eventually(async () => {
    await measure(0.95);
    const { autoscale } = await service();
    expect(autoscale?.tiers).toMatchObject([{ current: 3, reason: "AtMaximum" }]);
    return autoscale;
  });
  expect(status?.tiers).toEqual([
    {
      tier: "web",
      desired: 3,
      current: 3,
      min: 1,
      max: 3,
      floor: 1,
      reason: "AtMaximum",
      message: expect.stringMatching(/^web stays at 3 though \d instances would be right: at most 3$/),
      since: expect.any(String),
      last: {
        at: expect.any(String),
        from: expect.any(Number),
        to: 3,
        reason: expect.stringMatching(/^(MetricAboveTarget|FrontDoorRate)$/),
        message: expect.stringMatching(/^web \d -> 3: /),
      },
    },
  ]);
  // Not the manifest's.
  expect((await service()).rollouts?.[0]).toMatchObject({ tier: "web", replicas: 3 });
  await harness.stop();
  harness = await startHarness({ store: harness.store });
  expect((await service()).autoscale?.tiers[0]).toEqual({ ...status?.tiers[0], current: expect.any(Number) });
});

test("pausing stands in the manifest, stops it, and is undone by resuming", async () => {
  await harness.admin.pauseAutoscale({ service: "shop", directions: ["Up"], paused: true });
  await eventually(async () => {
    await measure(0.95);
    expect((await explained()).reasons.map(({ code }) => code)).toEqual(["Paused"]);
  });
  expect(await webs()).toHaveLength(1);
  await harness.admin.pauseAutoscale({ service: "shop", paused: false });
  await eventually(async () => {
    await measure(0.95);
    expect((await webs()).length).toBeGreaterThan(1);
  });
});

test("without measurements it stays as it is and says so", async () => {
  await eventually(async () =>
    expect((await explained()).reasons).toEqual([
      { tier: "web", code: "MetricsMissing", message: "web stays at 1: cpu is missing" },
    ]),
  );
});

test("what is not there is refused", async () => {
  await expect(harness.admin.explainAutoscale({ name: "nothing" })).rejects.toMatchObject({ code: "NW1501" });
  const pause = { service: "shop", paused: true };
  await expect(harness.admin.pauseAutoscale({ ...pause, tiers: ["proxy"] })).rejects.toMatchObject({ code: "NW1501" });
  await expect(harness.admin.pauseAutoscale({ ...pause, service: "nothing" })).rejects.toMatchObject({
    code: "NW1501",
  });
  await harness.admin.apply(applyOf(shop()));
  await eventually(() => expect(explained()).rejects.toMatchObject({ code: "NW1501" }));
});

test("where no host has room for more, it says so", async () => {
  await harness.admin.apply(
    applyOf(shop(1, "      autoscale: { min: 1, max: 5, warmUp: 0s }\n      spread: required\n")),
  );
  await eventually(async () => {
    await measure(1);
    const told = await harness.admin.events({ for: "service/shop" });
    expect(told.map(({ reason }) => reason)).toContain("NoRoom");
  });
  expect(await webs()).toHaveLength(3);
  // Also when no more would be right: the size that it has does not fit.
  await eventually(async () => {
    await measure(0.75);
    expect((await explained()).reasons.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^web stays at \d: \d of them fit nowhere, hosts have room for 0 more$/),
    );
  });
});
