/** Rollouts as they go: how many come and go at once, pauses, and going back. */
import type { Instant } from "@netwright/base";
import { describe, expect, test } from "vitest";
import type { InstanceEntry } from "../ledger-entries.ts";
import { applyLedgerChanges, emptyLedger, type Ledger, type LedgerChange } from "../ledger.ts";
import type { TierRolloutEntry } from "../rollout-entries.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed, ObservedInstance } from "../observed.ts";
import { reconcile } from "../reconcile.ts";
import { fabric, objectsOf, start } from "../testing.ts";
import { pauseRollout, resumeRollout } from "./steer-rollout.ts";

const objects = (command: string, rollout: string | null, replicas = 3, hosts = "2"): ObjectSet =>
  objectsOf(
    fabric(Number(hosts)),
    `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: db }
spec:
  tiers:
    - name: main
      replicas: ${replicas}
      workload: { image: host, command: [${command}], port: 8080 }
      ${rollout === null ? "" : `rollout: { ${rollout} }`}
`,
  );

type Say = (instance: InstanceEntry) => ObservedInstance;
const ready: Say = () => ({ phase: "Ready" });

/** A world in which an instance is as `say` has it from the second step on, and drains in one. A step is a second. */
function story() {
  let ledger: Ledger = emptyLedger;
  let at = 0;
  let silent: readonly string[] = [];
  const told: string[] = [];
  const all = (): InstanceEntry[] => [...ledger.values()].filter((entry) => entry.kind === "Instance");
  const own = {
    told,
    counts: { most: 0, least: Infinity },
    running: () => all().filter(({ phase }) => phase === "Run"),
    names: () =>
      own
        .running()
        .map(({ id }) => id.replace("db-main-", ""))
        .join(" "),
    templates: () => new Set(own.running().map(({ template }) => template)).size,
    silence: (...hosts: string[]) => void (silent = hosts),
    later: (span: number) => void (at += span),
    entry: () => ledger.get("tier-rollout/default/db/main") as TierRolloutEntry,
    revision: (number: number) => ledger.get(`revision/default/db/main/${number}`),
    do: (changes: (entry: TierRolloutEntry, ledger: Ledger, now: Instant) => readonly LedgerChange[]) =>
      void (ledger = applyLedgerChanges(ledger, changes(own.entry(), ledger, (start + at) as Instant))),
    step: (applied: ObjectSet, say: Say = ready) => {
      at += 1000;
      const instances = all().map(
        (each) =>
          [
            projectKey("default", each.id),
            each.phase === "Drain" ? ({ phase: "Stopping", drained: true } as const) : say(each),
          ] as const,
      );
      const nodes = [...applied.hosts.keys()].map(
        (name) => [name, silent.includes(name) ? { ready: false, heardAt: 0 as Instant } : { ready: true }] as const,
      );
      const observed: Observed = { instances: new Map(instances), nodes: new Map(nodes) };
      const result = reconcile({ objects: applied, ledger, observed, now: (start + at) as Instant });
      ledger = applyLedgerChanges(ledger, result.changes);
      told.push(...result.rolloutNews.map(({ action, reason }) => `${action}: ${reason}`));
      const serving = own
        .running()
        .filter((each) => observed.instances.get(projectKey("default", each.id))?.phase === "Ready");
      own.counts.most = Math.max(own.counts.most, own.running().length);
      own.counts.least = Math.min(own.counts.least, serving.length);
    },
    steps: (count: number, applied: ObjectSet, say: Say = ready) => {
      for (let step = 0; step < count; step++) own.step(applied, say);
    },
  };
  return own;
}

/** One that runs revision 1 and is settled. */
function settled(rollout: string | null, replicas = 3) {
  const world = story();
  world.steps(3, objects("one", rollout, replicas));
  expect(world.entry()).toMatchObject({ phase: "Complete", asked: 1 });
  world.counts.least = Infinity;
  world.counts.most = 0;
  return world;
}
const fresh = (instance: InstanceEntry, count = 3): boolean => instance.number > count;

describe("how many at once", () => {
  test.each([
    // replicas, rollout, the most that run, the least that serve
    [4, "maxSurge: 1, minReady: 0s", 5, 4],
    [4, "minReady: 0s", 5, 4],
    [10, "minReady: 0s", 13, 10],
    [4, "maxSurge: 0, maxUnavailable: 1, minReady: 0s", 4, 3],
    [4, 'maxSurge: "50%", maxUnavailable: "50%", minReady: 0s', 4, 2],
    [2, 'maxSurge: 0, maxUnavailable: "25%", minReady: 0s', 2, 1],
    [1, "minReady: 0s", 2, 1],
    [3, 'maxSurge: "100%", minReady: 0s', 6, 3],
    [3, null, 6, 3],
    [3, "maxSurge: 1, minReady: 3s", 4, 3],
  ] as const)("%d replicas with %s: at most %d, at least %d", (replicas, rollout, most, least) => {
    const world = settled(rollout, replicas);
    world.steps(60, objects("two", rollout, replicas));
    expect(world.entry()).toMatchObject({ phase: "Complete", asked: 2 });
    expect(world.running()).toHaveLength(replicas);
    expect(world.templates()).toBe(1);
    expect(world.counts).toEqual({ most, least });
  });
});

describe("pauses", () => {
  const canary = "pauseAfterFirst: true, minReady: 0s";

  test("after the first new one, until somebody resumes", () => {
    const world = settled(canary);
    world.steps(20, objects("two", canary));
    expect([world.names(), world.entry().phase]).toEqual(["1 2 4", "Paused"]);
    expect(world.told).toEqual(["Paused: revision 2: db-main-4 is ready: it is the first new one"]);
    world.do((entry, ledger, now) => resumeRollout(ledger, entry, now));
    world.steps(20, objects("two", canary));
    expect([world.names(), world.entry().phase]).toEqual(["4 5 6", "Complete"]);
  });

  test("with one replica the old one stays beside it", () => {
    const world = settled(canary, 1);
    world.steps(20, objects("two", canary, 1));
    expect([world.names(), world.entry().phase]).toEqual(["1 2", "Paused"]);
  });

  test("by hand, in the middle and before one begins", () => {
    const slow = "maxSurge: 1, minReady: 0s";
    const world = settled(slow);
    world.steps(2, objects("two", slow));
    world.do((entry) => pauseRollout(entry, "ann"));
    const names = world.names();
    world.steps(20, objects("two", slow));
    expect([world.names(), world.templates()]).toEqual([names, 2]);
    world.steps(20, objects("three", slow));
    expect([world.names(), world.entry().asked]).toEqual([names, 3]);
    world.do((entry, ledger, now) => resumeRollout(ledger, entry, now));
    world.steps(30, objects("three", slow));
    expect([world.templates(), world.entry().phase]).toEqual([1, "Complete"]);
  });

  test("what is lost meanwhile is replaced by what ran before, and it may shrink", () => {
    const world = settled(canary);
    world.steps(10, objects("two", canary));
    const old = world.running().find(({ number }) => number === 1)?.template;
    world.silence("host1");
    world.later(60_000);
    world.steps(5, objects("two", canary));
    const left = world.running().filter(({ host }) => host === "host2");
    expect(left).toHaveLength(3);
    expect(left.filter(({ template }) => template === old).length).toBeGreaterThanOrEqual(2);
    world.silence();
    world.steps(5, objects("two", canary, 2));
    expect(world.running()).toHaveLength(2);
    expect(world.templates()).toBe(2);
  });
});

describe("going back", () => {
  const quick = "maxSurge: 1, minReady: 2s, progressDeadline: 30s";
  const broken: Record<string, Say> = {
    "what never becomes ready": (each) =>
      fresh(each) ? { phase: "Starting", message: "no socket listens" } : ready(each),
    "what ends again and again": (each) => (fresh(each) ? { phase: "Failed", restarts: 3 } : ready(each)),
    "what answers with errors": (each) => ({
      phase: "Ready",
      served: fresh(each) ? { requests: 100, failures: 40 } : { requests: 100, failures: 1 },
    }),
  };

  test.each(Object.entries(broken))("%s", (_, say) => {
    const world = settled(quick);
    world.steps(60, objects("two", quick), say);
    expect([world.names(), world.entry().phase, world.entry().asked]).toEqual(["1 2 3", "RolledBack", 2]);
    expect(world.counts).toEqual({ most: 4, least: 3 });
    expect(world.revision(2)).toMatchObject({ outcome: "Failed", reason: expect.any(String) });
    expect(world.told.map((text) => text.split(":")[0])).toEqual(["RollingBack", "RolledBack"]);
  });

  test("what was ready and falls", () => {
    const world = settled(quick);
    world.steps(3, objects("two", quick));
    world.steps(20, objects("two", quick), (each) =>
      fresh(each) ? { phase: "Unhealthy", message: "answered 500" } : ready(each),
    );
    expect(world.entry()).toMatchObject({
      phase: "RolledBack",
      reason: "db-main-4 was ready and is Unhealthy now: answered 500",
    });
  });

  test("errors that old ones have as well, few requests, and a silent host are no fault of new ones", () => {
    const world = settled(quick);
    world.steps(2, objects("two", quick), () => ({ phase: "Ready", served: { requests: 100, failures: 40 } }));
    world.steps(2, objects("two", quick), (each) => ({
      phase: "Ready",
      served: fresh(each) ? { requests: 10, failures: 10 } : { requests: 100, failures: 0 },
    }));
    expect(world.entry().phase).toBe("Progressing");
    world.steps(60, objects("two", quick));
    expect(world.entry().phase).toBe("Complete");
  });

  test("the same manifest again does not try again; resume does, and another one as well", () => {
    const world = settled(quick);
    const bad = broken["what ends again and again"] ?? ready;
    world.steps(10, objects("two", quick), bad);
    world.steps(10, objects("two", quick));
    expect([world.entry().phase, world.names()]).toEqual(["RolledBack", "1 2 3"]);
    world.do((entry, ledger, now) => resumeRollout(ledger, entry, now));
    world.steps(40, objects("two", quick));
    expect([world.entry().phase, world.templates(), world.revision(2)]).toMatchObject([
      "Complete",
      1,
      { outcome: "Complete" },
    ]);
    world.steps(40, objects("three", quick));
    expect(world.entry()).toMatchObject({ phase: "Complete", asked: 3 });
  });

  test("without autoRollback it stops where it is, and nothing of the old goes", () => {
    const stop = `${quick}, autoRollback: false`;
    const world = settled(stop);
    world.steps(40, objects("two", stop), broken["what never becomes ready"]);
    expect([world.entry().phase, world.names()]).toEqual(["Stopped", "1 2 3 4"]);
  });

  test("the first revision has nothing to go back to, and is tried on", () => {
    const world = story();
    world.steps(60, objects("one", quick), () => ({ phase: "Failed", restarts: 9 }));
    expect([world.entry().phase, world.names()]).toEqual(["Progressing", "1 2 3"]);
  });

  test("pauses do not count for the deadline", () => {
    const world = settled(`${quick}, pauseAfterFirst: true`);
    world.steps(90, objects("two", `${quick}, pauseAfterFirst: true`));
    expect(world.entry().phase).toBe("Paused");
  });
});

test("ten revisions are kept, one for each thing that was asked for", () => {
  const world = story();
  for (let number = 1; number <= 14; number++) world.steps(3, objects(`command${number % 13}`, null, 1));
  const kept = Array.from({ length: 14 }, (_, index) => index + 1).filter(
    (number) => world.revision(number) !== undefined,
  );
  expect(kept).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});
