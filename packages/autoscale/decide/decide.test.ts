/** Decisions over time, told as stories. */
import { milliseconds, seconds } from "@netwright/base";
import { expect, test, vi } from "vitest";
import { after, freely, observe, policyOf, scaling, seen, web } from "../testing/service.ts";
import { decide } from "./decide.ts";
import type { Observation } from "./observation.ts";
import type { Policy, TierPolicy } from "./policy.ts";
import type { State } from "./state.ts";
import type { Decision } from "./types.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 60_000 });

/** One decision a second, `at` says what is measured; the last decision. */
function play(policy: Policy, until: number, at: (second: number) => Observation, from?: State): Decision<State> {
  let decision: Decision<State> | undefined;
  for (let second = 0; second <= until; second++) decision = decide(policy, at(second), decision?.state ?? from);
  if (decision === undefined) throw new RangeError("nothing was played");
  return decision;
}

const reasonsOf = ({ reasons }: Decision): readonly string[] =>
  reasons.map(({ code, message }) => `${code}: ${message}`);

test("a tier with nothing but its metric grows to its target and says why", () => {
  const decision = play(policyOf([web()]), 5, (second) => observe(after(second), [seen("web", 2, { cpu: 0.98 })]));
  expect(decision.desired).toEqual({ web: 3 });
  expect(reasonsOf(decision)).toEqual(["MetricAboveTarget: web 2 -> 3: CPU 98% of 70%: 3 instances"]);
});

test("within the tolerance nothing changes, on either side", () => {
  for (const cpu of [0.64, 0.7, 0.76]) {
    const decision = play(policyOf([web()]), 5, (second) => observe(after(second), [seen("web", 10, { cpu })]));
    expect(decision.desired).toEqual({ web: 10 });
  }
});

test("what is missing forbids shrinking, and never growing for another metric", () => {
  const policy = policyOf([
    web({
      metrics: [
        { kind: "Target", name: "cpu", metric: "cpu", target: 0.7 },
        { kind: "Target", name: "requestsPerSecond", metric: "requestsPerSecond", target: 100 },
      ],
    }),
  ]);
  const idle = play(policy, 5, (second) => observe(after(second), [seen("web", 4, { requestsPerSecond: 10 })]));
  expect(idle.desired).toEqual({ web: 4 });
  expect(reasonsOf(idle)).toEqual(["MetricsMissing: web stays at 4: cpu is missing"]);
  const busy = play(policy, 5, (second) => observe(after(second), [seen("web", 4, { requestsPerSecond: 200 })]));
  expect(busy.desired).toEqual({ web: 8 });
});

test("a measurement that is not renewed is stale after half a minute", () => {
  const old = (second: number): Observation =>
    observe(after(second), [() => seen("web", 4, { cpu: 0.1 })(after(Math.min(second, 1)))]);
  expect(play(policyOf([web()]), 20, old).desired).toEqual({ web: 1 });
  expect(play(policyOf([web()]), 60, old).desired).toEqual({ web: 4 });
});

test("silent instances are taken for busy on the way down", () => {
  const half = seen("web", 10, { cpu: 0.07 });
  const decision = play(policyOf([web()]), 5, (second) => {
    const tier = half(after(second));
    return observe(after(second), [
      () => ({ ...tier, metrics: { cpu: { at: after(second), value: 0.35, instances: 5 } } }),
    ]);
  });
  // 0.5 instances' worth is used, and 5 are counted as full.
  expect(decision.desired).toEqual({ web: 6 });
});

test("an instance that starts, or a rollout, is no reason to change anything", () => {
  const starting = play(policyOf([web()]), 5, (second) =>
    observe(after(second), [seen("web", 4, { cpu: 0.1 }, { warming: 1 })]),
  );
  expect(starting.desired).toEqual({ web: 5 });
  for (const cpu of [0.05, 1]) {
    const rollout = play(policyOf([web()]), 5, (second) =>
      observe(after(second), [seen("web", 4, { cpu }, { rollout: true })]),
    );
    expect(rollout.desired).toEqual({ web: 4 });
  }
});

test("what was ordered is not ordered again while it starts", () => {
  const decision = play(policyOf([web()]), 5, (second) =>
    observe(after(second), [seen("web", 2, { cpu: 1 }, { warming: 1, wanted: 3 })]),
  );
  expect(decision.desired).toEqual({ web: 3 });
});

const chainOf = (...names: readonly string[]): readonly TierPolicy[] =>
  names.map((name) => ({ name, scaling: scaling() }));

test("all tiers grow at once with the rate at the front door, before the load has reached those behind", () => {
  const policy = policyOf(chainOf("proxy", "web"));
  // A request costs 10 ms of proxy and 70 ms of web; one instance each is one CPU.
  const calm = play(policy, 60, (second) =>
    observe(after(second), [seen("proxy", 1, { cpu: 0.1 }), seen("web", 1, { cpu: 0.7 })], {
      arrivals: 10,
      completions: 10,
    }),
  );
  expect(calm.desired).toEqual({ proxy: 1, web: 1 });
  const crowd = decide(
    policy,
    observe(after(64), [seen("proxy", 1, { cpu: 0.1 }), seen("web", 1, { cpu: 0.7 })], {
      arrivals: 400,
      completions: 10,
    }),
    calm.state,
  );
  expect(crowd.desired["proxy"]).toBeGreaterThan(3);
  expect(crowd.desired["web"]).toBeGreaterThan(20);
  expect(crowd.reasons.map(({ code }) => code)).toEqual(["FrontDoorRate", "FrontDoorRate"]);
});

test("a tier does not outgrow one behind it that cannot grow", () => {
  const policy = policyOf([
    { name: "proxy", scaling: scaling() },
    { name: "web", scaling: scaling({ max: 2 }) },
  ]);
  const measured = (second: number, arrivals: number): Observation =>
    observe(after(second), [seen("proxy", 1, { cpu: 0.35 }), seen("web", 1, { cpu: 0.7 })], {
      arrivals,
      completions: 10,
    });
  const calm = play(policy, 60, (second) => measured(second, 10));
  const crowd = decide(policy, measured(64, 400), calm.state);
  // Two of web let 22/s through at most: that is little more than one proxy's work.
  expect(crowd.desired).toEqual({ proxy: 2, web: 2 });
  expect(crowd.stages.find(({ stage, tier }) => stage === "Chain" && tier === "proxy")?.words).toMatch(
    /but web behind it lets only 22\/s through$/,
  );
});

const promise = { objective: { latencyP99: milliseconds(200) } };
const slow = (second: number, tiers: Parameters<typeof observe>[1], latencyP99 = 500): Observation =>
  observe(after(second), tiers, { latencyP99, arrivals: 50, completions: 50 });

test("a missed objective is blamed on the rearmost tier with a queue, which grows alone", () => {
  const decision = play(policyOf(chainOf("proxy", "web"), promise), 5, (second) =>
    slow(second, [seen("proxy", 2, { cpu: 0.7, queueLength: 4 }), seen("web", 2, { cpu: 0.68, queueLength: 3 })]),
  );
  expect(decision.desired).toEqual({ proxy: 2, web: 4 });
  expect(reasonsOf(decision)).toContain(
    "Bottleneck: web 2 -> 4: the objective is missed because of web: 3 requests wait for each of its instances",
  );
});

test("a slow dependency is named, and nothing grows", () => {
  const policy = policyOf(chainOf("proxy", "web"), promise);
  const tiers = (latency: number): Parameters<typeof observe>[1] => [
    seen("proxy", 2, { cpu: 0.68, latencyP99: latency + 5 }),
    seen("web", 2, { cpu: 0.68, latencyP99: latency }),
  ];
  const well = play(policy, 60, (second) => slow(second, tiers(90), 100));
  const missed = play(policy, 90, (second) => slow(61 + second, tiers(490), 500), well.state);
  expect(missed.desired).toEqual({ proxy: 2, web: 2 });
  expect(reasonsOf(missed)[0]).toMatch(
    /^ScalingWouldNotHelp: .* would not help: .* pass in web, which carried as much before \(25\/s .*: what it waits for is slow$/,
  );
});

test("a guess that did not help is not repeated", () => {
  const behavior = { ...freely, scaleDown: { ...freely.scaleDown, stabilizationWindow: seconds(200) } };
  const policy = policyOf([web({ behavior })], promise);
  const tried = (second: number, size: number, before?: State): Decision<State> =>
    decide(policy, slow(second, [seen("web", size, { cpu: 1.3 / size, latencyP99: 490 })]), before);
  let [size, decision] = [2, tried(0, 2)];
  const sizes = [size];
  for (let second = 1; second < 300; second++) {
    size = decision.desired["web"] ?? size;
    if (size !== sizes.at(-1)) sizes.push(size);
    decision = tried(second, size, decision.state);
  }
  expect([Math.max(...sizes), sizes.at(-1)]).toEqual([4, 2]);
  expect(decision.reasons[0]).toMatchObject({ tier: "web", code: "ScalingWouldNotHelp" });
});

test("a guess that helped is kept: the tier does not shrink back to the load at which it was slow", () => {
  // Each instance carries 20/s well, whatever its CPU says.
  const policy = policyOf(chainOf("web"), promise);
  let [size, state]: [number, State | undefined] = [2, undefined];
  const sizes = [size];
  for (let second = 0; second < 600; second++) {
    const latencyP99 = 50 / size > 20 ? 500 : 100;
    const decision = decide(
      policy,
      slow(second, [seen("web", size, { cpu: 0.2 / size, latencyP99 })], latencyP99),
      state,
    );
    state = decision.state;
    size = decision.desired["web"] ?? size;
    if (size !== sizes.at(-1)) sizes.push(size);
  }
  expect(sizes).toEqual([2, 4, 3]);
});

test("the bottleneck without autoscale is named", () => {
  const policy = policyOf([{ name: "proxy", scaling: scaling() }, { name: "web" }], promise);
  const decision = play(policy, 5, (second) =>
    slow(second, [seen("proxy", 1, { cpu: 0.7 }), seen("web", 1, { cpu: 1 })]),
  );
  expect(decision.desired).toEqual({ proxy: 1 });
  expect(decision.reasons[0]).toMatchObject({ tier: "web", code: "NotScaled" });
});

test("pauses: one direction, and one metric", () => {
  const down = play(policyOf([web({ pause: { directions: ["Down"], metrics: [] } })]), 5, (second) =>
    observe(after(second), [seen("web", 4, { cpu: 0.1 })]),
  );
  expect(down.desired).toEqual({ web: 4 });
  expect(down.reasons[0]).toMatchObject({ code: "Paused" });
  const metric = play(policyOf([web({ pause: { directions: [], metrics: ["cpu"] } })]), 5, (second) =>
    observe(after(second), [seen("web", 4, { cpu: 1 })]),
  );
  expect(metric.desired).toEqual({ web: 4 });
});

test("a schedule holds its size while it is active, in its own time zone", () => {
  const office = web({
    metrics: [
      {
        kind: "Schedule",
        name: "office",
        start: "0 8 * * 1-5",
        end: "0 18 * * 1-5",
        timeZone: "Europe/Vienna",
        replicas: 5,
      },
    ],
  });
  const at = (hour: number): number => (hour - 12) * 3600;
  const size = (hour: number): number | undefined =>
    decide(policyOf([office]), observe(after(at(hour)), [seen("web", 2, {})])).desired["web"];
  // In January Vienna is an hour before UTC.
  expect([size(6.9), size(7), size(16.9)]).toEqual([1, 5, 5]);
  const over = play(policyOf([office]), 5, (second) => observe(after(at(17) + second), [seen("web", 5, {})]));
  expect(over.desired).toEqual({ web: 1 });
});

test("steps change the size by amounts, the farthest one that is crossed, and top up what starts", () => {
  const stepped = web({
    metrics: [
      {
        kind: "Step",
        name: "queueLength",
        metric: "queueLength",
        steps: [
          { direction: "Up", threshold: 5, adjustment: { unit: "Instances", value: 1 } },
          { direction: "Up", threshold: 20, adjustment: { unit: "Percent", value: 50 } },
          { direction: "Down", threshold: 1, adjustment: { unit: "Instances", value: 1 } },
        ],
      },
    ],
  });
  const size = (queueLength: number, more = {}): number | undefined =>
    play(policyOf([stepped]), 5, (second) => observe(after(second), [seen("web", 10, { queueLength }, more)])).desired[
      "web"
    ];
  expect([size(0.5), size(3), size(6), size(30)]).toEqual([9, 10, 11, 15]);
  expect(size(30, { warming: 1 })).toBe(15);
  expect(size(6, { warming: 3 })).toBe(13);
});

test("shrinking waits for members in front that drain", () => {
  const policy = policyOf(chainOf("proxy", "web"));
  const decision = play(policy, 5, (second) =>
    observe(after(second), [seen("proxy", 2, { cpu: 0.7 }, { draining: 1 }), seen("web", 4, { cpu: 0.1 })]),
  );
  expect(decision.desired).toEqual({ proxy: 2, web: 4 });
});

test("the down window is as long as it says, also from the first decision", () => {
  const behavior = { ...freely, scaleDown: { ...freely.scaleDown, stabilizationWindow: seconds(120) } };
  const idle = (second: number): Observation => observe(after(second), [seen("web", 4, { cpu: 0.1 })]);
  expect(play(policyOf([web({ behavior })]), 119, idle).desired).toEqual({ web: 4 });
  expect(play(policyOf([web({ behavior })]), 120, idle).desired).toEqual({ web: 1 });
});

test("every stage says what came in and what went out", () => {
  const decision = play(policyOf([web()]), 5, (second) =>
    observe(after(second), [seen("web", 2, { cpu: 0.98 })], { arrivals: 40, completions: 40 }),
  );
  expect(decision.stages.map(({ stage, tier, from, to, words }) => [stage, tier, from, to, words].join(" | "))).toEqual(
    [
      "Collect |  |  |  | front door: 40.0/s arrive, 40.0/s are answered",
      "Collect | web |  |  | 2 instances wanted, 2 ready; cpu 98%",
      "Recommend | web |  |  | cpu: CPU 98% of 70%: 3 instances",
      "Combine | web | 2 | 3 | cpu needs most: 3",
      "Chain | web | 3 | 3 | what a request costs here is not known yet",
      "Stabilise | web | 3 | 3 | passes",
      "Limit | web | 3 | 3 | passes",
      "Bounds | web | 3 | 3 | passes",
    ],
  );
});
