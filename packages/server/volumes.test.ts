/** Volumes from first use to deletion, with agents that do what they are told. */
import type { WireObject } from "@netwright/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

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
});
afterEach(async () => {
  for (const agent of agents.values()) agent.stop();
  await harness.stop();
});

const db = `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  tiers:
    - name: db
      workload:
        image: host
        command: [db]
        port: 5432
        volumes: [{ name: data, path: /data, size: 64Mi }]
`;
const service = { kind: "Service", name: "shop" } as const;
const volume = { kind: "Volume", name: "shop-db-data-1" } as const;

const listed = async (): Promise<readonly WireObject[]> => (await harness.admin.list("Volume")).items;
const phaseIs = (phase: string, usedBy = ""): Promise<WireObject> =>
  eventually(async () => {
    const [found] = await listed();
    expect(found?.status).toMatchObject({ phase, usedBy });
    return present(found);
  });

test("it is made on first use, and known to its host as made once that says so", async () => {
  await harness.admin.apply(applyOf(db));
  const { metadata, spec } = await phaseIs("InUse", "shop-db-1");
  expect(metadata).toMatchObject({ name: "shop-db-data-1", project: "default" });
  expect(spec).toMatchObject({ service: "shop", tier: "db", volume: "data", ordinal: 1, size: "64Mi" });
  const agent = present(agents.get(String(spec["host"])));
  const wanted = { id: "default.shop-db-data-1.1", sizeBytes: 64 * 2 ** 20 };
  await eventually(async () => {
    expect(agent.states.at(-1)?.state.volumes).toEqual([{ ...wanted, phase: "Made" }]);
  });
  const usage = { id: wanted.id, sizeBytes: 60 * 2 ** 20, usedBytes: 20.2 * 2 ** 20 };
  await agent.say({ volumes: [wanted.id], volumeUsage: [usage] });
  await eventually(async () => {
    const [found] = await listed();
    expect(found?.status).toEqual({ phase: "InUse", used: "21Mi", usedBy: "shop-db-1", message: "" });
  });
  await agent.say({ volumeUsage: [{ ...usage, usedBytes: 55 * 2 ** 20 }] });
  await eventually(async () => {
    const [found] = await listed();
    expect(found?.status).toMatchObject({ used: "55Mi", message: "91% of it is used: a larger size makes room" });
  });
  await agent.say({ volumes: [], volumeUsage: [] });
  const { status } = await phaseIs("Unreachable", "shop-db-1");
  expect(status?.["message"]).toMatch(/^host\d does not have the data any more$/);
});

test("it is not deleted while it is used; it stays when the service goes; deleting it removes the data", async () => {
  await harness.admin.apply(applyOf(db));
  await phaseIs("InUse", "shop-db-1");
  await expect(harness.admin.delete(volume)).rejects.toMatchObject({
    code: "NW1303",
    message: "volume/shop-db-data-1 is still used by instance/shop-db-1",
  });
  await harness.admin.delete(service);
  const { spec } = await phaseIs("Kept");
  const dry = await harness.admin.delete(volume, { dryRun: true });
  expect(dry.plan.objects).toEqual([{ change: "Delete", object: "volume/shop-db-data-1", fields: [] }]);
  await phaseIs("Kept");
  const agent = present(agents.get(String(spec["host"])));
  await agent.say({ volumes: ["default.shop-db-data-1.1"] });
  await harness.admin.delete(volume);
  await phaseIs("Deleting");
  expect(agent.states.at(-1)?.state.volumes).toMatchObject([{ id: "default.shop-db-data-1.1", phase: "Discarded" }]);
  await agent.say({ volumes: [] });
  await eventually(async () => expect(await listed()).toEqual([]));
  expect(agent.states.at(-1)?.state).not.toHaveProperty("volumes");
  const events = await harness.admin.events({ for: "volume/shop-db-data-1" });
  expect(events.map(({ reason, message }) => `${reason} ${message}`)).toEqual([
    expect.stringMatching(/^Deleted by admin: its data on host\d is removed$/),
  ]);
});

test("it cannot be applied, nor deleted twice, nor by somebody of another project", async () => {
  await harness.admin.apply(applyOf(db));
  await phaseIs("InUse", "shop-db-1");
  await harness.admin.delete(service);
  await phaseIs("Kept");
  await harness.admin.apply(applyOf("apiVersion: netwright.dev/v1alpha1\nkind: Project\nmetadata: { name: blue }\n"));
  const { secret } = await harness.admin.createToken({ name: "blue", role: "Editor", project: "blue" });
  await expect(harness.as(secret).delete(volume)).rejects.toMatchObject({
    category: expect.stringMatching(/notFound|denied/),
  });
  expect((await harness.as(secret).list("Volume")).items).toEqual([]);
  await phaseIs("Kept");
  await harness.admin.delete(volume);
  await eventually(async () => expect(await listed()).toEqual([]));
  await expect(harness.admin.delete(volume)).rejects.toMatchObject({ code: "NW1501" });
});
