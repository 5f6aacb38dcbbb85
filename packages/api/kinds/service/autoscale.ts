/** `tiers[].autoscale`: how a tier's size follows what is measured. */
import { milliseconds, seconds } from "@netwright/base";
import { z } from "zod";
import { durationField } from "../../fields/duration.ts";
import { integerField } from "../../fields/integer.ts";
import { nameField } from "../../fields/name.ts";
import { percentageField } from "../../fields/percentage.ts";

/** What a tier can be sized by; docs/autoscaling.md has unit and source of each. */
export const scalingMetrics = [
  "cpu",
  "requestsPerSecond",
  "connections",
  "queueLength",
  "latencyP95",
  "latencyP99",
  "bandwidth",
] as const;
export type ScalingMetric = (typeof scalingMetrics)[number];

const sizeMax = 10_000;
const size = (description: string) =>
  integerField({ noun: "a number of instances", min: 1, max: sizeMax, description });
const span = (description: string, example: string) =>
  durationField(description, { min: milliseconds(0), max: seconds(86_400) }, [example]);
/** In the unit of the metric, so read when the metric is known. */
const amount = (description: string) =>
  z.union([z.string(), z.number()]).meta({ description, examples: ["70%", 100, "200ms", "50mbit"] });
const change = (description: string) => z.union([z.string(), z.number()]).meta({ description, examples: [2, "50%"] });

const stepSchema = z.strictObject({
  above: amount("Taken while the value of one instance is above; with add.").exactOptional(),
  below: amount("Taken while it is below; with remove.").exactOptional(),
  add: change("Instances that come, or how many percent of those that are there.").exactOptional(),
  remove: change("Instances that go, or how many percent of those that are there.").exactOptional(),
});
export type ScalingStep = z.output<typeof stepSchema>;

const cron = (description: string) =>
  z
    .string()
    .max(100)
    .meta({ description, examples: ["0 8 * * 1-5"] });

const metricSchema = z.strictObject({
  metric: z
    .enum([...scalingMetrics, "schedule"])
    .meta({ description: "What is measured, or schedule: a time at which so many are there." }),
  name: nameField("What events and pause call it; the metric's name when left out.").exactOptional(),
  target: amount("Keep it there: of one instance, or of the tier for latencies.").exactOptional(),
  steps: z.array(stepSchema).min(1).max(20).exactOptional().meta({
    description: "Instead of target: change the size by amounts; the farthest threshold that is crossed counts.",
  }),
  start: cron("schedule: when it begins, as a cron expression of five fields.").exactOptional(),
  end: cron("schedule: when it ends.").exactOptional(),
  timeZone: z
    .string()
    .max(64)
    .exactOptional()
    .meta({
      description: "schedule: of start and end, a name of the tz database; UTC when left out.",
      examples: ["Europe/Vienna"],
    }),
  replicas: size("schedule: at least so many from start to end.").exactOptional(),
});
export type ScalingMetricEntry = z.output<typeof metricSchema>;

const policySchema = z.strictObject({
  type: z.enum(["Instances", "Percent"]).meta({ description: "What value counts." }),
  value: integerField({ noun: "an amount of change", min: 1, max: 100_000, description: "Changes that are allowed." }),
  period: durationField("Within any span of this length.", { min: seconds(1), max: seconds(3600) }, ["15s"]),
});

interface RulesDefaults {
  readonly stabilizationWindow: string;
  readonly policies: z.input<typeof policySchema>[];
  readonly window: string;
}

const rulesSchema = (defaults: RulesDefaults, description: string) =>
  z
    .strictObject({
      stabilizationWindow: span(defaults.window, "5m").prefault(defaults.stabilizationWindow),
      policies: z
        .array(policySchema)
        .min(1)
        .max(10)
        .prefault(defaults.policies)
        .meta({ description: "How much may change at once." }),
      selectPolicy: z
        .enum(["Max", "Min", "Disabled"])
        .default("Max")
        .meta({ description: "Of several policies the one that allows most, or least; Disabled: no change at all." }),
      tolerance: percentageField("How far a value may be off its target before anything changes.").prefault("10%"),
    })
    .prefault({})
    .meta({ description });

/** A crowd is followed at once, because demand is measured and not guessed; on the way down nothing is in a hurry. */
const up: RulesDefaults = {
  stabilizationWindow: "0s",
  window: "Grow to the least that was right at any time in this span.",
  policies: [
    { type: "Percent", value: 900, period: "15s" },
    { type: "Instances", value: 10, period: "15s" },
  ],
};
const down: RulesDefaults = {
  stabilizationWindow: "90s",
  window: "Shrink to the most that was right at any time in this span.",
  policies: [
    { type: "Percent", value: 25, period: "60s" },
    { type: "Instances", value: 1, period: "60s" },
  ],
};

export const autoscaleSchema = z.strictObject({
  min: size("Fewest instances.").default(1),
  max: size("Most instances."),
  metrics: z
    .array(metricSchema)
    .min(1)
    .max(20)
    .exactOptional()
    .meta({ description: "The one that needs most decides. Left out: cpu at 70%, and for lb bandwidth at 1gbit." }),
  behavior: z
    .strictObject({
      scaleUp: rulesSchema(up, "Rules of growing."),
      scaleDown: rulesSchema(down, "Rules of shrinking."),
    })
    .prefault({})
    .meta({ description: "How fast, in the terms of Kubernetes' HPA v2." }),
  warmUp: span(
    "How long an instance that is ready is not measured yet: caches fill, code is compiled.",
    "30s",
  ).prefault("10s"),
  pause: z
    .strictObject({
      up: z.boolean().default(false).meta({ description: "True: it does not grow." }),
      down: z.boolean().default(false).meta({ description: "True: it does not shrink." }),
      metrics: z
        .array(z.string().max(63))
        .default([])
        .meta({ description: "Names of metrics that are not listened to." }),
    })
    .prefault({})
    .meta({ description: "What stands still; netwright autoscale pause and resume write it." }),
});
export type Autoscale = z.output<typeof autoscaleSchema>;

const latency = (description: string) =>
  durationField(description, { min: milliseconds(1), max: seconds(3600) }, ["200ms"]).exactOptional();

export const objectiveSchema = z.strictObject({
  latencyP95: latency("95 of 100 requests are answered within this."),
  latencyP99: latency("99 of 100 requests are answered within this."),
});
export type Objective = z.output<typeof objectiveSchema>;
