/** Rollouts by hand, over the API: pause, resume, undo, and what is told of them. */
import type { ServiceStatus, TierRolloutStatus } from "@netwright/api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startFakeAgent, type FakeAgent } from "./testing/fake-agent.ts";
import { applyOf, eventually, startHarness, type Harness } from "./testing/harness.ts";
import { fabricManifests, nodes } from "./testing/manifests.ts";
import { present } from "./testing/present.ts";

let harness: Harness;
let agents: FakeAgent[];

beforeEach(async () => {
  harness = await startHarness();
  await harness.admin.apply(applyOf(fabricManifests));
  agents = [];
  for (const node of nodes) {
    const { secret } = await harness.admin.createToken({ name: `agent-${node}`, role: "Node", node });
    agents.push(startFakeAgent(harness.as(secret), node));
  }
});
afterEach(async () => {
  for (const agent of agents) agent.stop();
  await harness.stop();
});

const manifest = (command: string, rollout: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: db }
spec:
  tiers:
    - name: main
      replicas: 2
      workload: { image: host, command: [${command}], port: 5432 }
      rollout: { ${rollout} }
`;
const apply = (command: string, rollout = "minReady: 0s") => harness.admin.apply(applyOf(manifest(command, rollout)));

async function status(): Promise<ServiceStatus> {
  return (await harness.admin.get({ kind: "Service", name: "db" })).status as unknown as ServiceStatus;
}
const until = (wanted: Partial<TierRolloutStatus>): Promise<ServiceStatus> =>
  eventually(async () => {
    const now = await status();
    expect(now.rollouts?.[0]).toMatchObject(wanted);
    return now;
  }, 25_000);
const steer = (action: "Pause" | "Resume" | "Undo", more = {}) =>
  harness.admin.rollout({ service: "db", tier: "main", action, ...more });

test(
  "the first new one is waited for; resume goes on, and undo brings the workload back",
  { timeout: 60_000 },
  async () => {
    await apply("one", "pauseAfterFirst: true, minReady: 0s");
    await until({ phase: "Complete", asked: 1 });
    await apply("two", "pauseAfterFirst: true, minReady: 0s");
    const paused = await until({ phase: "Paused", asked: 2, runs: 2, updated: 1, ready: 1 });
    expect(paused.conditions.find(({ type }) => type === "RolledOut")).toMatchObject({
      status: "False",
      reason: "Paused",
      message: expect.stringContaining("netwright rollout resume service/db/main"),
    });
    await steer("Resume");
    const done = await until({ phase: "Complete", asked: 2, updated: 2, old: 0 });
    expect(done.conditions.some(({ type }) => type === "RolledOut")).toBe(false);
    const { change } = await steer("Undo");
    expect(present(change).message).toBe("rollout undo service/db/main");
    const { rollouts = [] } = await until({ phase: "Complete", asked: 3 });
    expect(rollouts[0]?.revisions.map(({ revision, outcome }) => `${revision} ${outcome}`)).toEqual([
      "2 Complete",
      "3 Complete",
    ]);
    const { spec } = await harness.admin.get({ kind: "Service", name: "db" });
    expect(JSON.stringify(spec)).toContain('"command":["one"]');
    const events = await harness.admin.events({ for: "service/db" });
    expect(events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(["RolloutPaused", "RolloutResumed", "RolloutComplete"]),
    );
  },
);

test("paused by hand nothing is replaced, whoever asks for what", { timeout: 60_000 }, async () => {
  await apply("one");
  await until({ phase: "Complete" });
  await steer("Pause");
  await apply("two");
  const held = await until({ asked: 2, updated: 0, old: 2, heldBy: "admin" });
  expect(held.conditions.find(({ type }) => type === "RolledOut")).toMatchObject({ reason: "Paused" });
  await steer("Resume");
  await until({ phase: "Complete", asked: 2, updated: 2 });
});

test("what is not there is told", async () => {
  await apply("one");
  await expect(steer("Undo")).rejects.toMatchObject({ code: "NW1501" });
  await expect(steer("Undo", { revision: 7 })).rejects.toThrow("no revision 7");
  await expect(harness.admin.rollout({ service: "db", tier: "web", action: "Pause" })).rejects.toThrow(
    "has no tier web",
  );
  await expect(harness.admin.rollout({ service: "shop", action: "Pause" })).rejects.toMatchObject({ code: "NW1501" });
});
