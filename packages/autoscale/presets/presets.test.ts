/** The documented examples of the systems that the presets stand for. */
import { seconds } from "@netwright/base";
import { expect, test, vi } from "vitest";
import type { Behavior } from "../decide/policy.ts";
import type { Scaler } from "../decide/types.ts";
import { after, observe, policyOf, seen, start, web } from "../testing/service.ts";
import { stepped } from "./aws-step.ts";
import { hpaDefaults, hpaReplicas, hpaV2 } from "./hpa-v2.ts";
import { scalers } from "./index.ts";

// A busy machine is slow.
vi.setConfig({ testTimeout: 60_000 });

/** Sizes of a tier whose every instance shows what `valueAt` says, instances ready at once. */
function run(
  scaler: Scaler,
  {
    size,
    until,
    step,
    valueAt,
    max = 100,
  }: { size: number; until: number; step: number; max?: number; valueAt: (second: number, size: number) => number },
): readonly number[] {
  const policy = policyOf([web({ max, metrics: [{ kind: "Target", name: "cpu", metric: "cpu", target: 0.5 }] })]);
  const sizes = [size];
  let state: unknown;
  for (let second = 0; second <= until; second += step) {
    const now = sizes.at(-1) ?? size;
    const decision = scaler.decide(
      policy,
      observe(after(second), [seen("web", now, { cpu: valueAt(second, now) })]),
      state,
    );
    state = decision.state;
    const next = decision.desired["web"] ?? now;
    if (next !== now) sizes.push(next);
  }
  return sizes;
}

const always = (value: number) => (): number => value;

const question = { current: 1, ready: 1, missing: 0, notReady: 0, tolerance: { up: 0.1, down: 0.1 } };

test("hpa-v2: 200m of 100m doubles, 50m of 100m halves, within a tenth nothing happens", () => {
  expect(hpaReplicas({ ...question, value: 200, target: 100 })).toBe(2);
  expect(hpaReplicas({ ...question, value: 50, target: 100, current: 4, ready: 4 })).toBe(2);
  expect(hpaReplicas({ ...question, value: 109, target: 100, current: 10, ready: 10 })).toBe(10);
  expect(hpaReplicas({ ...question, value: 91, target: 100, current: 10, ready: 10 })).toBe(10);
});

test("hpa-v2: what is missing or not ready holds the change back and never turns it round", () => {
  const missing = { ...question, current: 10, ready: 10, target: 100 };
  expect(hpaReplicas({ ...missing, value: 50, missing: 5 })).toBe(8);
  expect(hpaReplicas({ ...missing, value: 150, missing: 5 })).toBe(10);
  expect(hpaReplicas({ ...missing, value: 150, current: 14, notReady: 4 })).toBe(14);
  expect(hpaReplicas({ ...missing, value: 300, current: 14, notReady: 4 })).toBe(30);
});

test("hpa-v2: up to four instances or twice as many in 15 s, whichever is more", () => {
  expect(run(hpaV2(), { size: 1, until: 60, step: 15, valueAt: always(5) })).toEqual([1, 5, 10, 20, 40, 80]);
});

test("hpa-v2: nothing shrinks before five minutes have passed, then at once", () => {
  const sizes = (until: number): readonly number[] =>
    run(hpaV2(), { size: 8, until, step: 15, valueAt: (_, size) => 1 / size });
  expect(sizes(285)).toEqual([8]);
  expect(sizes(300)).toEqual([8, 2]);
});

const tenPercentAMinute: Behavior = {
  ...hpaDefaults,
  scaleDown: {
    ...hpaDefaults.scaleDown,
    stabilizationWindow: seconds(0),
    policies: [{ type: "Percent", value: 10, period: seconds(60) }],
  },
};

test("hpa-v2: ten percent a minute takes 80 to 72, and then 8 of them, for 7.2 is rounded up", () => {
  const sizes = run(hpaV2(tenPercentAMinute), { size: 80, until: 120, step: 15, valueAt: always(0.01) });
  expect(sizes).toEqual([80, 72, 64, 57]);
});

test("hpa-v2: with selectPolicy Min the smallest change is taken, also upwards", () => {
  const slowly: Behavior = { ...hpaDefaults, scaleUp: { ...hpaDefaults.scaleUp, selectPolicy: "Min" } };
  expect(run(hpaV2(slowly), { size: 2, until: 15, step: 15, valueAt: always(5) })).toEqual([2, 4, 8]);
});

test("knative-kpa: twice the capacity within the panic window is panic, and panic does not shrink", () => {
  const kpa = scalers["knative-kpa"] as Scaler;
  const valueAt = (second: number, size: number): number => (second < 60 ? 0.4 : second < 66 ? 1.5 : 0.3 / size);
  const sizes = run(kpa, { size: 1, until: 180, step: 2, valueAt });
  expect(sizes[0]).toBe(1);
  expect(Math.max(...sizes)).toBeGreaterThanOrEqual(3);
  expect(sizes.at(-1)).toBe(1);
  const peak = sizes.indexOf(Math.max(...sizes));
  expect(sizes.slice(0, peak + 1)).toEqual(sizes.slice(0, peak + 1).toSorted((a, b) => a - b));
});

test("knative-kpa: it goes down by half at most in one tick", () => {
  const sizes = run(scalers["knative-kpa"] as Scaler, { size: 40, until: 70, step: 2, valueAt: always(0) });
  expect(sizes.slice(0, 3)).toEqual([40, 20, 10]);
});

test("aws-target-tracking: out after three minutes above the target, in after fifteen below nine tenths of it", () => {
  const aws = scalers["aws-target-tracking"] as Scaler;
  expect(run(aws, { size: 10, until: 179, step: 1, valueAt: always(0.75) })).toEqual([10]);
  expect(run(aws, { size: 10, until: 180, step: 1, valueAt: always(0.75) })).toEqual([10, 15]);
  expect(run(aws, { size: 10, until: 899, step: 1, valueAt: always(0.44) })).toEqual([10]);
  expect(run(aws, { size: 10, until: 900, step: 1, valueAt: always(0.44) })).toEqual([10, 9]);
  expect(run(aws, { size: 10, until: 2000, step: 1, valueAt: always(0.46) })).toEqual([10]);
});

test("aws-target-tracking: without data nothing is done", () => {
  const aws = scalers["aws-target-tracking"] as Scaler;
  const policy = policyOf([web({ metrics: [{ kind: "Target", name: "cpu", metric: "cpu", target: 0.5 }] })]);
  let state: unknown;
  for (let second = 0; second <= 1800; second += 5) {
    const decision = aws.decide(policy, observe(after(second), [seen("web", 10, {})]), state);
    state = decision.state;
    expect(decision.desired).toEqual({ web: 10 });
  }
});

test("aws-step: 10, 11, 14, 13, 10 as documented", () => {
  expect(stepped(10, 10)).toBe(11);
  expect(stepped(11, 20)).toBe(14);
  expect(stepped(14, -10)).toBe(13);
  expect(stepped(13, -20)).toBe(10);
});

test("aws-step: the same over time, each step when its second minute in alarm is over", () => {
  // The threshold is 50: +10, +20, -10, -20 points.
  const valueAt = (second: number): number => [0.6, 0.6, 0.7, 0.4, 0.4, 0.3][Math.floor(second / 60)] ?? 0.5;
  expect(run(scalers["aws-step"] as Scaler, { size: 10, until: 600, step: 1, valueAt })).toEqual([10, 11, 14, 13, 10]);
});

test("aws-step: less than one is one, more is rounded towards zero", () => {
  expect(stepped(5, 10)).toBe(6);
  expect(stepped(5, -10)).toBe(4);
  expect(stepped(19, 10)).toBe(20);
});

test("static: the most, always", () => {
  expect(run(scalers["static"] as Scaler, { size: 1, until: 5, step: 1, max: 12, valueAt: always(0.1) })).toEqual([
    1, 12,
  ]);
});

test("every scaler decides the same twice, and its state survives JSON", () => {
  const policy = policyOf([web()]);
  for (const scaler of Object.values(scalers)) {
    const first = scaler.decide(policy, observe(start, [seen("web", 3, { cpu: 0.9 })], { arrivals: 30 }), undefined);
    const next = observe(after(15), [seen("web", 3, { cpu: 0.9 })], { arrivals: 40 });
    const again = scaler.decide(policy, next, JSON.parse(JSON.stringify(first.state)));
    expect(again).toEqual(scaler.decide(policy, next, first.state));
  }
});
