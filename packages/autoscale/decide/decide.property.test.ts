/** What holds of every decision, whatever is measured. */
import { seconds } from "@netwright/base";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { after, observe, policyOf, scaling, seen } from "../testing/service.ts";
import { decide } from "./decide.ts";
import type { Behavior, MetricName, Policy, TierScaling } from "./policy.ts";
import type { State } from "./state.ts";
import type { Decision } from "./types.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 60_000 });

const behavior: Behavior = {
  scaleUp: {
    stabilizationWindow: seconds(0),
    policies: [
      { type: "Percent", value: 900, period: seconds(15) },
      { type: "Instances", value: 10, period: seconds(15) },
    ],
    selectPolicy: "Max",
    tolerance: 0.1,
  },
  scaleDown: {
    stabilizationWindow: seconds(120),
    policies: [
      { type: "Percent", value: 10, period: seconds(60) },
      { type: "Instances", value: 1, period: seconds(60) },
    ],
    selectPolicy: "Max",
    tolerance: 0.1,
  },
};

const tier = (more: Partial<TierScaling> = {}): TierScaling => scaling({ behavior, ...more });
const service = (more?: Partial<TierScaling>): Policy =>
  policyOf(
    [
      { name: "proxy", scaling: tier(more) },
      { name: "web", scaling: tier(more) },
    ],
    { objective: { latencyP99: seconds(1) } },
  );

const value = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true });
const metrics = fc.record(
  { cpu: value(1.2), queueLength: value(50), latencyP99: value(5000) } satisfies Partial<
    Record<MetricName, fc.Arbitrary<number>>
  >,
  { requiredKeys: [] },
);
const tierSeen = fc.record({
  ready: fc.integer({ min: 0, max: 60 }),
  warming: fc.integer({ min: 0, max: 5 }),
  draining: fc.integer({ min: 0, max: 5 }),
  rollout: fc.boolean(),
  metrics,
});
const moment = fc.record({
  passed: fc.integer({ min: 1, max: 40 }),
  tiers: fc.tuple(tierSeen, tierSeen),
  front: fc.record({ arrivals: value(5000), completions: value(5000), latencyP99: value(5000) }, { requiredKeys: [] }),
});
type Moment = typeof moment extends fc.Arbitrary<infer M> ? M : never;

/** Every decision of a history, with what was seen at it. */
function decisions(policy: Policy, moments: readonly Moment[]) {
  let [second, state]: [number, State | undefined] = [0, undefined];
  return moments.map(({ passed, tiers, front }) => {
    second += passed;
    const observation = observe(
      after(second),
      tiers.map(({ ready, metrics: values, ...more }, index) =>
        seen(index === 0 ? "proxy" : "web", ready, values, more),
      ),
      front,
    );
    const decision: Decision<State> = decide(policy, observation, state);
    const again = decide(policy, observation, state);
    state = decision.state;
    return { observation, decision, again };
  });
}

const histories = fc.array(moment, { minLength: 1, maxLength: 12 });

test("sizes stay within min and max, whole and finite", () => {
  fc.assert(
    fc.property(histories, (moments) => {
      for (const { decision } of decisions(service({ min: 2, max: 40 }), moments))
        for (const size of Object.values(decision.desired)) {
          expect(Number.isInteger(size)).toBe(true);
          expect(size).toBeGreaterThanOrEqual(2);
          expect(size).toBeLessThanOrEqual(40);
        }
    }),
  );
});

test("decisions can be repeated, and the state survives JSON", () => {
  fc.assert(
    fc.property(histories, (moments) => {
      for (const { decision, again } of decisions(service(), moments)) {
        expect(again).toEqual(decision);
        expect(JSON.parse(JSON.stringify(decision.state))).toEqual(decision.state);
      }
    }),
  );
});

test("without measurements, while instances start, or during a rollout nothing shrinks", () => {
  fc.assert(
    fc.property(histories, (moments) => {
      for (const { observation, decision } of decisions(service({ min: 1, max: 1000 }), moments))
        for (const { name, wanted, warming, rollout, metrics: measured } of observation.tiers)
          if (wanted > 0 && (measured.cpu === undefined || warming > 0 || rollout))
            expect(decision.desired[name]).toBeGreaterThanOrEqual(wanted);
    }),
  );
});

test("more load never leads to fewer instances", () => {
  const sized = (cpu: number, arrivals: number): number =>
    decide(
      policyOf([{ name: "web", scaling: tier({ max: 1000 }) }]),
      observe(after(200), [seen("web", 10, { cpu })], { arrivals, completions: arrivals }),
      idle,
    ).desired["web"] ?? NaN;
  const quiet = observe(after(0), [seen("web", 10, { cpu: 0 })]);
  const { state: idle } = decide(policyOf([{ name: "web", scaling: tier() }]), quiet);
  fc.assert(
    fc.property(value(1), value(1), value(1000), value(1000), (cpu, moreCpu, rate, moreRate) => {
      expect(sized(cpu + moreCpu, rate + moreRate)).toBeGreaterThanOrEqual(sized(cpu, rate));
    }),
  );
});

test("a load that jumps to and fro changes the size seldom: it does not shrink before a window has passed", () => {
  fc.assert(
    fc.property(fc.array(value(20), { minLength: 30, maxLength: 30 }), (loads) => {
      const policy = policyOf([{ name: "web", scaling: tier() }]);
      let [size, state, turns, last]: [number, State | undefined, number, number] = [5, undefined, 0, 0];
      for (let second = 0; second < 600; second += 2) {
        const load = loads[Math.floor(second / 20)] ?? 0;
        const decision: Decision<State> = decide(
          policy,
          observe(after(second), [seen("web", size, { cpu: Math.min(1, load / size) })]),
          state,
        );
        const change = Math.sign((decision.desired["web"] ?? size) - size);
        if (change !== 0 && change !== last) [turns, last] = [turns + 1, change];
        [size, state] = [decision.desired["web"] ?? size, decision.state];
      }
      // Each turn downwards needs a window of two minutes without a growth, and each upwards follows one downwards.
      expect(turns).toBeLessThanOrEqual(2 * (600 / 120) + 1);
    }),
    { numRuns: 10 },
  );
});
