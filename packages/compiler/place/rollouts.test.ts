/** What is written down of a rollout, step by step. */
import type { Instant } from "@netwright/base";
import { expect, test } from "vitest";
import { applyLedgerChanges, emptyLedger, type Ledger } from "../ledger.ts";
import type { RolloutEntry } from "../rollout-entries.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed, ObservedInstance } from "../observed.ts";
import { reconcile } from "../reconcile.ts";
import { fabric, inner, objectsOf, start } from "../testing.ts";

const service = (command: string, replicas = 2): string => inner("db", { replicas }).replace("[db]", `[${command}]`);
const objects = (command: string, replicas = 2, hosts = 2, more = ""): ObjectSet =>
  objectsOf(fabric(hosts, more), service(command, replicas));

type Phases = Readonly<Record<string, ObservedInstance>>;

/** A world whose time goes on by a second with every step. */
function story(ledger: Ledger = emptyLedger, at = 0) {
  const seen = (phases: Phases): Observed => ({
    instances: new Map(Object.entries(phases).map(([id, phase]) => [projectKey("default", id), phase])),
    nodes: new Map([1, 2].map((host) => [`host${host}`, { ready: true }])),
  });
  return {
    ledger: () => ledger,
    rollout: (): RolloutEntry | undefined => {
      const entry = ledger.get("rollout/default/db");
      return entry?.kind === "Rollout" ? entry : undefined;
    },
    step: (applied: ObjectSet, phases: Phases): readonly string[] => {
      at += 1000;
      const input = { objects: applied, ledger, observed: seen(phases), now: (start + at) as Instant };
      const { changes, explanations } = reconcile(input);
      ledger = applyLedgerChanges(ledger, changes);
      return explanations.map(({ action, instance, reason }) => `${action} ${instance}: ${reason}`);
    },
  };
}

const ready: ObservedInstance = { phase: "Ready" };
const starting: ObservedInstance = { phase: "Starting" };

test("new ones come for old ones, each pair with its times, and the connections that were cut", () => {
  const world = story();
  world.step(objects("one"), {});
  world.step(objects("one"), { "db-main-1": ready, "db-main-2": ready });
  expect(world.rollout()).toBeUndefined();
  const old = { "db-main-1": ready, "db-main-2": ready };
  expect(world.step(objects("two"), old)).toEqual([
    expect.stringContaining("Place db-main-3: in place of db-main-1: "),
    expect.stringContaining("Place db-main-4: in place of db-main-2: "),
  ]);
  expect(world.rollout()).toMatchObject({
    until: null,
    steps: [
      { old: "db-main-1", fresh: "db-main-3", readyAt: null, goneAt: null },
      { old: "db-main-2", fresh: "db-main-4", readyAt: null, goneAt: null },
    ],
  });
  expect(world.step(objects("two"), { ...old, "db-main-3": ready, "db-main-4": starting })).toEqual([
    "Drain db-main-2: replaced: its workload changed",
  ]);
  const both = { "db-main-3": ready, "db-main-4": ready };
  expect(
    world.step(objects("two"), { "db-main-1": ready, "db-main-2": { phase: "Ready", connections: 3 }, ...both }),
  ).toEqual(["Drain db-main-1: replaced: its workload changed; db-main-3 is ready in its place"]);
  world.step(objects("two"), { "db-main-1": { phase: "Ready", drained: true, connections: 0 }, ...both });
  for (let second = 0; second < 9; second++)
    world.step(objects("two"), { "db-main-2": { phase: "Ready", connections: 2 }, ...both });
  const { steps, until, since } = world.rollout() ?? { steps: [], until: null, since: 0 };
  expect(until).not.toBeNull();
  const span = (from: number | null, to: number | null): number => ((to ?? 0) - (from ?? 0)) / 1000;
  expect(
    steps.map((step) => [
      step.old,
      span(step.placedAt, step.readyAt),
      span(step.drainedSince, step.goneAt),
      step.connections,
    ]),
  ).toEqual([
    ["db-main-1", 1, 1, 0],
    ["db-main-2", 2, 10, 2],
  ]);
  expect(span(since, until)).toBe(11);
  const said = world.rollout();
  world.step(objects("two"), both);
  expect(world.rollout()).toEqual(said);
});

test("the next one begins anew, whatever the last one left", () => {
  const world = story();
  world.step(objects("one", 1), {});
  world.step(objects("two", 1), { "db-main-1": ready });
  world.step(objects("two", 1), { "db-main-1": ready, "db-main-2": ready });
  world.step(objects("two", 1), { "db-main-1": { phase: "Ready", drained: true }, "db-main-2": ready });
  world.step(objects("three", 1), { "db-main-2": ready });
  world.step(objects("three", 1), { "db-main-2": ready, "db-main-3": ready });
  expect(world.rollout()).toMatchObject({ until: null, steps: [{ old: "db-main-2", fresh: "db-main-3" }] });
  expect(world.rollout()?.steps).toHaveLength(1);
});

test("where there is no room for both, the old one goes first, and the pair is told as one", () => {
  const narrow = (command: string): ObjectSet => objects(command, 1, 1, "  capacity: { instances: 1 }");
  const world = story();
  world.step(narrow("one"), {});
  expect(world.step(narrow("two"), { "db-main-1": ready })[0]).toMatch(
    /^Drain db-main-1: replaced: .* no host has room/,
  );
  world.step(narrow("two"), { "db-main-1": { phase: "Ready", drained: true } });
  world.step(narrow("two"), { "db-main-2": ready });
  expect(world.rollout()).toMatchObject({ steps: [{ old: "db-main-1", fresh: "db-main-2" }] });
  expect(world.rollout()?.until).not.toBeNull();
});

test("a rollout that is taken back half-way ends with what was there before", () => {
  const world = story();
  world.step(objects("one", 1), {});
  world.step(objects("two", 1), { "db-main-1": ready });
  world.step(objects("one", 1), { "db-main-1": ready, "db-main-2": starting });
  world.step(objects("one", 1), { "db-main-1": ready, "db-main-2": { phase: "Starting", drained: true } });
  world.step(objects("one", 1), { "db-main-1": ready });
  expect(world.rollout()?.until).not.toBeNull();
  expect([...world.ledger().keys()].filter((key) => key.startsWith("instance/"))).toEqual([
    "instance/default/db-main-1",
  ]);
});

test("it goes with its service", () => {
  const world = story();
  world.step(objects("one", 1), {});
  world.step(objects("two", 1), { "db-main-1": ready });
  world.step(objectsOf(fabric(2)), {});
  expect(world.rollout()).toBeUndefined();
});
