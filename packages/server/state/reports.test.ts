import { expect, test } from "vitest";
import { milliseconds, seconds, type Clock, type Instant, type Ipv6Prefix } from "@netwright/base";
import type { NodeReport } from "@netwright/contract";
import { memoryStore } from "@netwright/store";
import { firstReportTimeout, Reports, reportTimeout } from "./reports.ts";

function clockAt(): Clock & { pass(span: number): void } {
  let now = 1_000_000;
  return {
    now: () => now as Instant,
    monotonic: () => milliseconds(now),
    sleep: async () => {},
    pass: (span) => void (now += span),
  };
}

const report = (phase: "Starting" | "Ready", at = 0): NodeReport => ({
  node: "host1",
  revision: 3,
  converged: true,
  problems: [],
  stages: [],
  instances: [
    {
      project: "default",
      id: "shop-web-1",
      phase,
      reason: "",
      message: "",
      pid: 1,
      startedAt: null,
      restarts: 0,
      connections: 1,
    },
  ],
  sessions: [],
  announced: [],
  networks: [],
  at: at as Instant,
  agent: { version: "0", pid: 1, startedAt: 0 as Instant },
  drivers: [],
});

test("a node is ready for ten seconds after each report, then silent", () => {
  const clock = clockAt();
  const reports = new Reports(memoryStore(), clock);
  reports.take(report("Ready"));
  clock.pass(reportTimeout);
  expect(reports.ready("host1")).toBe(true);
  clock.pass(1);
  expect(reports.ready("host1")).toBe(false);
  reports.take(report("Ready", 1));
  expect(reports.ready("host1")).toBe(true);
});

test("a node that was never heard of is unknown for a while, then silent", () => {
  const clock = clockAt();
  const reports = new Reports(memoryStore(), clock);
  expect(reports.ready("host1")).toBeUndefined();
  clock.pass(firstReportTimeout);
  expect(reports.ready("host1")).toBeUndefined();
  clock.pass(1);
  expect(reports.ready("host1")).toBe(false);
});

test("what is new in a report: nothing, details, phases", () => {
  const reports = new Reports(memoryStore(), clockAt());
  expect(reports.take(report("Starting"))).toBe("Phases");
  expect(reports.take(report("Starting", 5))).toBe("Nothing");
  expect(reports.take({ ...report("Starting"), revision: 4 })).toBe("Details");
  expect(reports.take(report("Ready"))).toBe("Phases");
});

test("a name that was looked up again is nothing new; that its time is over is", () => {
  const reports = new Reports(memoryStore(), clockAt());
  const named = (live: boolean, goodUntil: number) => {
    const answered = [{ name: "api.example.net", address: "2001:db8::1", live, goodUntil }];
    return { ...report("Ready"), networks: [{ project: "default", name: "web", rules: 0, denied: [], answered }] };
  };
  const news = [named(true, 10), named(true, 20), named(false, 20)].map((each) => reports.take(each as never));
  expect(news.slice(1)).toEqual(["Nothing", "Details"]);
});

test("phases are remembered over a restart until the node reports, and forgotten with it", async () => {
  const store = memoryStore();
  const clock = clockAt();
  const first = new Reports(store, clock);
  first.take(report("Ready"));
  const { writes, done } = first.takeWrites();
  await store.commit(writes);
  done();
  expect(first.takeWrites().writes).toEqual([]);

  const second = new Reports(store, clock);
  expect(second.observed(["host1"], new Map())).toEqual({
    instances: new Map([["default/shop-web-1", { phase: "Ready" }]]),
    nodes: new Map(),
  });
  clock.pass(seconds(60));
  second.forget("host1");
  expect(second.observed(["host1"], new Map()).instances.size).toBe(0);
  expect(second.takeWrites().writes).toEqual([{ kind: "Delete", key: "observed/host1" }]);
});

test("an instance has drained when every node does as it should and its own node said so a second later", () => {
  const clock = clockAt();
  const reports = new Reports(memoryStore(), clock);
  const idle = { ...report("Ready"), instances: report("Ready").instances.map((one) => ({ ...one, connections: 0 })) };
  const other = { ...report("Ready"), node: "host2", instances: [] };
  const drained = (revision = 3): boolean | undefined =>
    reports
      .observed(
        ["host1", "host2"],
        new Map([
          ["host1", 3],
          ["host2", revision],
        ]),
      )
      .instances.get("default/shop-web-1")?.drained;
  reports.take(idle);
  expect(drained()).toBeUndefined();
  reports.take({ ...other, converged: false });
  clock.pass(1500);
  reports.take(idle);
  expect(drained()).toBeUndefined();
  reports.take(other);
  expect(drained()).toBeUndefined();
  clock.pass(1000);
  reports.take(report("Ready"));
  expect(drained()).toBeUndefined();
  reports.take(idle);
  expect(drained()).toBe(true);
  expect(drained(4)).toBeUndefined();
});

test("what a node announces is told; that it is settled only when its present state has been in force for a moment", () => {
  const clock = clockAt();
  const reports = new Reports(memoryStore(), clock);
  const observed = (revision: number) => reports.observed(["host1"], new Map([["host1", revision]])).nodes.get("host1");
  const announced = [
    { prefix: "2001:db8::1/128" as Ipv6Prefix, neighbors: ["edge1"] },
    { prefix: "2001:db8::2/128" as Ipv6Prefix, neighbors: [] },
  ];
  reports.take({ ...report("Ready"), announced });
  expect(observed(3)).toMatchObject({ settled: false, announced: new Set(["2001:db8::1/128"]) });
  clock.pass(500);
  expect([observed(3)?.settled, observed(4)?.settled]).toEqual([true, false]);
  reports.take({ ...report("Ready"), converged: false });
  expect(observed(3)?.settled).toBe(false);
});

test("a silent node was heard when it was; one that was never heard of counts as heard of for a while", () => {
  const clock = clockAt();
  const reports = new Reports(memoryStore(), clock);
  const node = (name: string) => reports.observed([name], new Map()).nodes.get(name);
  const began = clock.now();
  expect(node("host2")).toBeUndefined();
  reports.take(report("Ready"));
  clock.pass(firstReportTimeout + 1);
  expect(node("host1")).toEqual({ ready: false, heardAt: began });
  expect(node("host2")).toEqual({ ready: false, heardAt: began + firstReportTimeout - reportTimeout });
});
