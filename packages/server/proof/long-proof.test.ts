/** While a change is proved, and however long that takes, everything but changes goes on. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeAgent } from "../testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "../testing/harness.ts";
import { fabricManifests, shop } from "../testing/manifests.ts";
import { WorkerProver } from "./worker-prover.ts";

let directory: string;
let prover: WorkerProver;
let harness: Harness;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "netwright-proof-"));
  process.env["NETWRIGHT_TEST_RELEASE"] = join(directory, "release");
  prover = new WorkerProver(join(import.meta.dirname, "testdata/held-prover.ts"));
  harness = await startHarness({ prover });
});
afterEach(async () => {
  await prover.stop();
  await harness.stop();
  rmSync(directory, { recursive: true });
});

const release = (): void => writeFileSync(join(directory, "release"), "");

test("requests are answered, agents heard, and the next change waits its turn", async () => {
  const { admin } = harness;
  const order: string[] = [];
  const first = admin.apply(applyOf(fabricManifests)).then(() => void order.push("fabric"));
  const second = admin.apply(applyOf(shop())).then(() => void order.push("shop"));
  for (let count = 0; count < 20; count++) expect((await admin.list("Host")).items).toEqual([]);
  expect(order).toEqual([]);
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(["fabric", "shop"]);
  expect((await admin.list("Service")).items).toHaveLength(1);
});

test("rounds go on: what agents report in the meantime is in what is stored", async () => {
  const { admin } = harness;
  release();
  await admin.apply(applyOf(fabricManifests));
  await admin.apply(applyOf(shop()));
  rmSync(join(directory, "release"));
  const scaled = admin.scale({ service: "shop", tiers: { web: 2 } });
  const agents = ["host1", "host2", "host3"].map((node) => startFakeAgent(admin, node));
  try {
    await eventually(async () => {
      const { items } = await admin.list("Instance");
      expect(items.map(({ status }) => status?.["phase"])).toEqual(["Ready", "Ready", "Ready"]);
    });
    release();
    expect((await scaled).plan.contracts).toMatchObject({ proved: 1 });
    await eventually(async () => expect((await admin.list("Instance")).items).toHaveLength(4));
  } finally {
    for (const agent of agents) agent.stop();
  }
});
