/** How long what goes may finish, and who is sent nothing meanwhile. */
import type { Instant } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { applyLedgerChanges, type Ledger } from "./ledger.ts";
import type { ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { reconcile } from "./reconcile.ts";
import { fabric, objectsOf, shop, start, step, testCertificates } from "./testing.ts";

const objects = (replicas: number, more = ""): ObjectSet =>
  objectsOf(fabric(3), shop({ web: replicas }).replace("name: web", `name: web\n      ${more}`));

/** What is said of those that go, `span` after 4 instances became 2, while each has connections open. */
function after(span: number, more = "", then = more) {
  const four = step(objects(4, more));
  const two = objects(2, more);
  const draining = reconcile({ objects: two, ledger: four.ledger, observed: four.observed, now: start });
  const ledger: Ledger = applyLedgerChanges(four.ledger, draining.changes);
  const instances = [...four.observed.instances].map(([key, seen]) => [key, { ...seen, connections: 2 }] as const);
  const observed: Observed = { ...four.observed, instances: new Map(instances) };
  const now = (start + span) as Instant;
  return reconcile({ objects: objects(2, then), ledger, observed, now });
}
const gone = (result: ReturnType<typeof after>): readonly string[] =>
  result.explanations.filter(({ action }) => action === "Remove").map(({ instance }) => instance);

describe("drainTimeout", () => {
  test.each([
    ["", 9999, 0],
    ["", 10_000, 2],
    ["drainTimeout: 1m", 59_999, 0],
    ["drainTimeout: 1m", 60_000, 2],
    ["drainTimeout: 0s", 1, 2],
  ])("%s: after %d ms %d are gone", (more, span, count) => {
    expect(gone(after(span, more))).toHaveLength(count);
  });

  test("the next look is when it is over", () => {
    expect(after(1000, "drainTimeout: 1m").nextAt).toBe(start + 60_000);
  });

  test("a shorter one counts for what drains already", () => {
    expect(gone(after(5000, "drainTimeout: 1m", "drainTimeout: 5s"))).toHaveLength(2);
  });

  test("several drain at once, and what is cut at the end is told as a loss", () => {
    const { explanations } = after(10_000);
    expect(explanations.filter(({ action }) => action === "Remove")).toEqual([
      expect.objectContaining({ isLoss: true, reason: "the time for draining is over, 2 connections are cut" }),
      expect.objectContaining({ isLoss: true, reason: "the time for draining is over, 2 connections are cut" }),
    ]);
  });
});

test("proxies send nothing to an instance that flaps, unless all do", () => {
  const world = step(objects(2));
  const membersWhile = (flapping: readonly string[]): readonly string[] => {
    const instances = [...world.observed.instances].map(
      ([key, seen]) =>
        [key, flapping.includes(key) ? ({ phase: "Unhealthy", flapping: true } as const) : seen] as const,
    );
    const observed: Observed = { ...world.observed, instances: new Map(instances) };
    const input = { objects: world.objects, ledger: world.ledger, certificates: testCertificates(world.objects) };
    const runs = [...compile({ ...input, observed }).states.values()].flatMap(({ networks }) =>
      networks.flatMap(({ workloads }) => workloads.flatMap(({ run }) => (run.kind === "Proxy" ? [run] : []))),
    );
    return runs.flatMap(({ backends }) => backends.flatMap(({ members }) => members.map(({ instance }) => instance)));
  };
  expect(membersWhile([])).toEqual(["shop-web-1", "shop-web-2"]);
  expect(membersWhile(["default/shop-web-1"])).toEqual(["shop-web-2"]);
  expect(membersWhile(["default/shop-web-1", "default/shop-web-2"])).toEqual(["shop-web-1", "shop-web-2"]);
});
