import { decodeObject, type Service } from "@netwright/api";
import { seconds } from "@netwright/base";
import { expect, test } from "vitest";
import { policyOf } from "./policy-of.ts";

function service(autoscale: unknown): Service {
  const decoded = decodeObject({
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Service",
    metadata: { name: "shop" },
    spec: {
      expose: [{ hostname: "shop.example.net", protocol: "HTTPS" }],
      objective: { latencyP99: "200ms" },
      tiers: [
        { name: "lb", autoscale: { max: 3 } },
        { name: "web", workload: { image: "host", command: ["/bin/true"], port: 8080 }, autoscale },
      ],
    },
  });
  if (!decoded.ok || decoded.object.kind !== "Service") throw new RangeError(JSON.stringify(decoded));
  return decoded.object;
}

test("min and max alone mean: follow the CPU, up at once, down slowly", () => {
  const { tiers, objective } = policyOf(service({ min: 1, max: 10 }));
  expect(objective).toEqual({ latencyP99: 200 });
  expect(tiers.map(({ name, scaling }) => [name, scaling?.metrics])).toEqual([
    ["lb", [{ kind: "Target", name: "bandwidth", metric: "bandwidth", target: 1e9 }]],
    ["proxy", undefined],
    ["web", [{ kind: "Target", name: "cpu", metric: "cpu", target: 0.7 }]],
  ]);
  expect(tiers[2]?.scaling).toMatchObject({
    min: 1,
    max: 10,
    warmUp: seconds(10),
    pause: { directions: [], metrics: [] },
    behavior: { scaleUp: { stabilizationWindow: 0, tolerance: 0.1 }, scaleDown: { selectPolicy: "Max" } },
  });
});

test("steps, schedules and pauses as they are written", () => {
  const { tiers } = policyOf(
    service({
      max: 10,
      metrics: [
        {
          metric: "connections",
          steps: [
            { above: 100, add: 2 },
            { below: 10, remove: "50%" },
          ],
        },
        { metric: "schedule", start: "0 8 * * *", end: "0 18 * * *", replicas: 4 },
      ],
      pause: { down: true, metrics: ["connections"] },
    }),
  );
  expect(tiers[2]?.scaling?.metrics).toEqual([
    {
      kind: "Step",
      name: "connections",
      metric: "connections",
      steps: [
        { direction: "Up", threshold: 100, adjustment: { unit: "Instances", value: 2 } },
        { direction: "Down", threshold: 10, adjustment: { unit: "Percent", value: 50 } },
      ],
    },
    { kind: "Schedule", name: "schedule", start: "0 8 * * *", end: "0 18 * * *", timeZone: "UTC", replicas: 4 },
  ]);
  expect(tiers[2]?.scaling?.pause).toEqual({ directions: ["Down"], metrics: ["connections"] });
});
