/** Stage Recommend: how many instances each metric alone would have. */
import type { Instant } from "@netwright/base";
import type { Reading, Readings } from "./collect.ts";
import type { TierObservation } from "./observation.ts";
import type { Metric, MetricName, ScheduleMetric, Step, StepMetric, TargetMetric, TierScaling } from "./policy.ts";
import { isActive } from "./schedule.ts";
import type { MetricRecommendation } from "./types.ts";
import { formatMetric, instances, metricWords } from "./words.ts";

/** Instances that a load needs; a hair over a whole number is rounding of the machine's, not load. */
export const enough = (exact: number): number => Math.max(0, Math.ceil(exact - 1e-9));

/** They show that something is wrong, not how much is needed: they only make a tier grow, at most to twice its size. */
const symptoms: readonly MetricName[] = ["queueLength", "latencyP95", "latencyP99"];
export const isSymptom = (metric: MetricName | "schedule" | "demand"): boolean =>
  (symptoms as readonly string[]).includes(metric);
const symptomFactor = 2;

export interface TierView {
  readonly scaling: TierScaling;
  readonly seen: TierObservation;
  readonly readings: Readings;
  readonly now: Instant;
}

export function recommend(view: TierView): readonly MetricRecommendation[] {
  const { scaling, seen } = view;
  return scaling.metrics
    .filter(({ name }) => !scaling.pause.metrics.includes(name))
    .map((metric) => ({ tier: seen.name, ...one(view, metric) }));
}

type Opinion = Omit<MetricRecommendation, "tier">;

function one(view: TierView, metric: Metric): Opinion {
  if (metric.kind === "Schedule") return scheduled(metric, view.now);
  const { name } = metric;
  const reading = view.readings[metric.metric];
  if (reading === undefined) return { name, metric: metric.metric, words: "missing: no reason to shrink" };
  // Instances of two revisions, some of them cold, are no measure of what one carries.
  if (view.seen.rollout && metric.metric !== "requestsPerSecond" && metric.metric !== "bandwidth")
    return { name, metric: metric.metric, value: reading.value, words: "not listened to during a rollout" };
  return metric.kind === "Target" ? target(view, metric, reading) : stepped(view, metric, reading);
}

function target(
  { scaling, seen }: TierView,
  { name, metric, target: wanted }: TargetMetric,
  reading: Reading,
): Opinion {
  const base = { name, metric, value: reading.value, target: wanted };
  const said = `${metricWords[metric]} ${formatMetric(metric, reading.value)} of ${formatMetric(metric, wanted)}`;
  const { scaleUp, scaleDown } = scaling.behavior;
  if (isSymptom(metric)) {
    const ratio = reading.value / wanted;
    if (ratio <= 1 + scaleUp.tolerance) return { ...base, words: `${said}: nothing is wrong` };
    const replicas = enough(seen.ready * Math.min(ratio, symptomFactor));
    return { ...base, replicas, words: `${said}: ${instances(replicas)}` };
  }
  // What does not report is taken for idle on the way up and for busy on the way down.
  const [least, most] = [reading.total / wanted, reading.total / wanted + reading.missing];
  if (least > seen.ready * (1 + scaleUp.tolerance)) {
    const replicas = enough(least);
    return { ...base, replicas, words: `${said}: ${instances(replicas)}` };
  }
  if (most < seen.ready * (1 - scaleDown.tolerance)) {
    const replicas = enough(most);
    const silent = reading.missing === 0 ? "" : `, with ${reading.missing} silent taken for busy`;
    return { ...base, replicas, words: `${said}${silent}: ${instances(replicas)}` };
  }
  return { ...base, replicas: seen.wanted, words: `${said}: within tolerance` };
}

/** The farthest threshold that was crossed counts. */
function stepped({ seen }: TierView, { name, metric, steps }: StepMetric, reading: Reading): Opinion {
  const base = { name, metric, value: reading.value };
  const said = `${metricWords[metric]} ${formatMetric(metric, reading.value)}`;
  const up = farthest(steps, "Up", (threshold) => reading.value > threshold);
  const down = farthest(steps, "Down", (threshold) => reading.value < threshold && reading.missing === 0);
  const step = up ?? down;
  if (step === undefined) {
    // Who has no step downwards says nothing against shrinking.
    const hasDown = steps.some(({ direction }) => direction === "Down");
    return { ...base, ...(hasDown ? { replicas: seen.wanted } : {}), words: `${said}: between the steps` };
  }
  // From what is ready: what a step ordered before is on its way, and is topped up only.
  const by = adjustmentOf(step, seen.ready);
  const replicas = Math.max(0, seen.ready + (step.direction === "Up" ? by : -by));
  const side = step.direction === "Up" ? "above" : "below";
  return {
    ...base,
    target: step.threshold,
    replicas,
    words: `${said} is ${side} ${formatMetric(metric, step.threshold)}: ${instances(replicas)}`,
  };
}

function farthest(
  steps: readonly Step[],
  direction: Step["direction"],
  isCrossed: (threshold: number) => boolean,
): Step | undefined {
  const crossed = steps.filter((step) => step.direction === direction && isCrossed(step.threshold));
  const sign = direction === "Up" ? 1 : -1;
  return crossed.toSorted((a, b) => sign * (b.threshold - a.threshold))[0];
}

/** At least one: a step that is crossed does something. */
function adjustmentOf({ adjustment: { unit, value } }: Step, ready: number): number {
  return unit === "Instances" ? value : Math.max(1, Math.trunc((ready * value) / 100));
}

function scheduled(metric: ScheduleMetric, now: Instant): Opinion {
  const { name, replicas } = metric;
  const base = { name, metric: "schedule" as const };
  if (!isActive(metric, now)) return { ...base, words: `from ${metric.start} to ${metric.end}: not now` };
  return { ...base, replicas, words: `until ${metric.end}, ${metric.timeZone}: ${instances(replicas)}` };
}
