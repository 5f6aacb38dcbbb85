import { milliseconds, seconds } from "@netwright/base";
import { describe, expect, test } from "vitest";
import type { Observation } from "../decide/observation.ts";
import { scalers } from "../presets/index.ts";
import { generateTrace, shapeNames } from "../traces/shapes.ts";
import { defaultTierModel } from "./model.ts";
import { createSimulation } from "./simulation.ts";
import { plainModel, policyFor, scripted, simulated, traceOf } from "./testing.ts";

/*
 * One instance answers 100/s and holds the objective up to 80/s. By hand, three minutes of 80, 160 and 80/s:
 * Demand is 1, 2, 1: 240 instance-seconds. A second instance is asked for at 60 s, serves from 90 s, is asked to go at
 * 150 s and is gone at 160 s: 180 + 100 instance-seconds. One too few of two from 60 to 90 s, one too many of one from
 * 120 to 150 s. From 60 to 90 s 60/s too many come: 1800 wait. Then 40/s fewer until 120 s: 600; then 120/s fewer: none
 * at the end of the fifth second. So 60 seconds of 160/s and 4 of 80/s violate the objective, of 19,200 requests.
 */
test("three minutes by hand: cost, violations and accuracy", () => {
  const model = { ...plainModel("web"), patience: seconds(600) };
  const result = simulated({ scaler: scripted([60, 2], [150, 1]), models: [model], trace: traceOf(80, 160, 80) });
  expect(result).toMatchObject({ actions: 2, requests: 19_200, failed: 0, longest: 64 });
  expect(result.instanceHours * 3600).toBeCloseTo(280);
  expect(result.oracleHours * 3600).toBeCloseTo(240);
  expect(result.cost).toBeCloseTo(280 / 240);
  expect(result.violations).toBeCloseTo((100 * (60 * 160 + 4 * 80)) / 19_200);
  const [web] = result.tiers;
  expect(web?.most).toBe(2);
  expect(web?.underShare).toBeCloseTo((100 * 30) / 180);
  expect(web?.underAccuracy).toBeCloseTo((100 * 30 * 0.5) / 180);
  expect(web?.overShare).toBeCloseTo((100 * 30) / 180);
  expect(web?.overAccuracy).toBeCloseTo((100 * 30) / 180);
});

describe("requests that wait", () => {
  test("give up after their patience: one instance, 200/s for a minute, at most 5 s of waiting", () => {
    const model = { ...plainModel("web"), patience: seconds(5) };
    const result = simulated({ scaler: scripted(), models: [{ ...model, replicas: 1 }], trace: traceOf(200) });
    // 12,000 came, 6,000 were answered, 500 wait still.
    expect(result.failed).toBeCloseTo((100 * (12_000 - 6000 - 500)) / 12_000);
    expect(result).toMatchObject({ violations: 100, longest: 60 });
  });

  test("violate the objective as long as there are any", () => {
    const model = { ...plainModel("web"), patience: seconds(600), replicas: 1 };
    const result = simulated({ scaler: scripted(), models: [model], trace: traceOf(110, 50, 50) });
    // 600 are left over after a minute; 50/s fewer each second: 12 s more.
    expect(result.longest).toBe(60 + 11);
  });
});

test("what one tier does not answer never reaches the next, but its need is that of the whole traffic", () => {
  const models = [{ ...plainModel("proxy"), replicas: 1 }, plainModel("web")];
  const seen: Observation[] = [];
  const scaler = scripted();
  const watching = {
    ...scaler,
    decide: (...[policy, observation, state]: Parameters<typeof scaler.decide>) => {
      seen.push(observation);
      return scaler.decide(policy, observation, state);
    },
  };
  const result = simulated({ scaler: watching, models, trace: traceOf(240) });
  const last = seen.at(-1);
  expect(last?.tiers.map(({ metrics }) => Math.round(metrics.requestsPerSecond?.value ?? -1))).toEqual([240, 100]);
  expect(last?.tiers.map(({ metrics }) => metrics.cpu?.value.toFixed(2))).toEqual(["1.00", "1.00"]);
  expect(last?.front.arrivals?.value).toBeCloseTo(240, 5);
  expect(last?.front.completions?.value).toBeCloseTo(100, 5);
  expect(result.tiers.map(({ oracleHours }) => oracleHours * 60)).toEqual([3, 3]);
});

test("calls: a tier that is asked three times for each request needs three times as much", () => {
  const models = [plainModel("web"), { ...plainModel("db"), calls: 3 }];
  const result = simulated({ scaler: scripted(), models, trace: traceOf(80) });
  expect(result.tiers.map(({ oracleHours }) => Math.round(oracleHours * 60))).toEqual([1, 3]);
});

describe("metrics", () => {
  const observe = (metrics: Partial<typeof defaultTierModel.metrics>, rates: readonly number[]) => {
    const seen: Observation[] = [];
    const scaler = scripted();
    simulated({
      scaler: { ...scaler, decide: (policy, look, state) => (seen.push(look), scaler.decide(policy, look, state)) },
      models: [{ ...plainModel("web"), metrics: { ...plainModel("web").metrics, ...metrics } }],
      trace: traceOf(...rates),
    });
    return seen.map(({ at, tiers }) => ({ at, sample: tiers[0]?.metrics.requestsPerSecond }));
  };

  test("are as late as the model says, and say when they were measured", () => {
    const late = observe({ delay: seconds(20) }, [10, 20]);
    expect(Math.round(late[78]?.sample?.value ?? 0)).toBe(10);
    expect(late[85]).toMatchObject({ at: 86_000, sample: { at: 66_000 } });
    expect(late[85]?.sample?.value).toBeGreaterThan(10);
  });

  test("that are lost leave the last one, with its time", () => {
    const lossy = observe({ loss: 0.5 }, [10, 10, 10]);
    const stale = lossy.filter(({ at, sample }) => sample !== undefined && sample.at < at).length;
    expect(stale).toBeGreaterThan(60);
    expect(stale).toBeLessThan(120);
  });

  test("scatter by the number of requests and by their own noise", () => {
    const values = observe(
      { noise: 0.1 },
      Array.from({ length: 30 }, () => 100),
    ).map(({ sample }) => sample?.value ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(mean).toBeCloseTo(100, -1);
    // Poisson's 10 and the model's 10: 14.
    expect(deviation).toBeGreaterThan(12);
    expect(deviation).toBeLessThan(16);
  });
});

test("the objective of the service says how many are needed: p99 within 92.1 ms is a utilisation of a half", () => {
  const policy = { ...policyFor("web"), objective: { latencyP99: milliseconds(20 * Math.log(100)) } };
  const result = simulated({ policy, scaler: scripted(), trace: traceOf(150) });
  expect(Math.round(result.oracleHours * 60)).toBe(3);
});

test("what does not fit is refused", () => {
  const setup = { scaler: scripted(), trace: traceOf(1), seed: 1, interval: seconds(1), window: seconds(1) };
  const objective = { latencyP99: milliseconds(1) };
  expect(() =>
    createSimulation({ ...setup, policy: { ...policyFor("web"), objective }, models: [plainModel("web")] }),
  ).toThrow(expect.objectContaining({ code: "NW1203" }) as Error);
  expect(() => createSimulation({ ...setup, policy: policyFor("web"), models: [plainModel("wbe")] })).toThrow(
    expect.objectContaining({ code: "NW1205" }) as Error,
  );
});

/** Not for the simulation, which takes milliseconds, but for a machine that has other things to do. */
const patience = 60_000;

test(
  "the same seed gives the same result in one go or in strides; another seed another one",
  () => {
    const trace = generateTrace({ shape: "variable", seed: 1, peak: 1000, length: seconds(600) });
    const models = [{ ...defaultTierModel, name: "web" }];
    const scaler = scalers["netwright"] ?? scripted();
    const once = simulated({ scaler, models, trace });
    const simulation = createSimulation({
      policy: policyFor("web"),
      models,
      scaler,
      trace,
      seed: 1,
      interval: seconds(1),
      window: seconds(1),
    });
    while (simulation.advance(7) < simulation.length);
    expect(simulation.result()).toEqual(once);
    expect(simulated({ scaler, models, trace, seed: 2 }).instanceHours).not.toBe(once.instanceHours);
  },
  patience,
);

describe.each(shapeNames)("half an hour of %s", (shape) => {
  const trace = generateTrace({ shape, seed: 1, peak: 1500, length: seconds(1800) });
  test.each(Object.keys(scalers))(
    "%s follows it within its bounds",
    (name) => {
      const scaler = scalers[name] ?? scripted();
      const result = simulated({ scaler, models: [{ ...defaultTierModel, name: "web" }], trace });
      expect(result.requests).toBeCloseTo(
        trace.rates.reduce((sum, rate) => sum + rate * 10, 0),
        0,
      );
      expect(result.tiers[0]?.most).toBeLessThanOrEqual(50);
      expect(result.violations).toBeLessThan(name === "static" ? 0.5 : 40);
      expect(result.cost).toBeGreaterThan(0.9);
      if (name !== "static") expect(result.cost).toBeLessThan(2);
    },
    patience,
  );
});
