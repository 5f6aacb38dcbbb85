/** What a service's owner decided about its size, with every default filled in. */
import type { Milliseconds } from "@netwright/base";

/**
 * What a tier can be sized by. A target is what one instance should carry, latencies apart: these are of the tier.
 *
 * | metric | unit |
 * | --- | --- |
 * | cpu | share of what one instance may use, 1 is all of it |
 * | requestsPerSecond | requests begun, 1/s |
 * | connections | open at the same time |
 * | queueLength | requests that wait for an instance |
 * | latencyP95, latencyP99 | ms from a request's arrival at the tier to the end of its answer |
 * | bandwidth | bit/s, both ways together |
 */
export type MetricName =
  | "cpu"
  | "requestsPerSecond"
  | "connections"
  | "queueLength"
  | "latencyP95"
  | "latencyP99"
  | "bandwidth";

/** Keep one instance's share at a value. */
export interface TargetMetric {
  readonly kind: "Target";
  /** Unique in the tier; what `pause` and logs name. */
  readonly name: string;
  readonly metric: MetricName;
  readonly target: number;
}

/** By how much the tier changes. Percent is of what is wanted at the time. */
export type Adjustment =
  | { readonly unit: "Instances"; readonly value: number }
  | { readonly unit: "Percent"; readonly value: number };

/** Taken while the value of one instance is above (an adjustment upwards) or below (downwards) the threshold. */
export interface Step {
  readonly direction: Direction;
  readonly threshold: number;
  readonly adjustment: Adjustment;
}

/** Change the size by amounts, the larger the farther the value is off. */
export interface StepMetric {
  readonly kind: "Step";
  readonly name: string;
  readonly metric: MetricName;
  readonly steps: readonly Step[];
}

/** At least so many instances from each `start` to the next `end`. */
export interface ScheduleMetric {
  readonly kind: "Schedule";
  readonly name: string;
  /** Cron expressions, five fields. */
  readonly start: string;
  readonly end: string;
  /** Of the tz database, for example `Europe/Vienna`. */
  readonly timeZone: string;
  readonly replicas: number;
}

export type Metric = TargetMetric | StepMetric | ScheduleMetric;

export type Direction = "Up" | "Down";

/** One rate rule: so much in any span of this length. */
export interface RatePolicy {
  readonly type: "Instances" | "Percent";
  readonly value: number;
  readonly period: Milliseconds;
}

/** HPA v2's scaling rules of one direction. */
export interface ScalingRules {
  readonly stabilizationWindow: Milliseconds;
  readonly policies: readonly RatePolicy[];
  readonly selectPolicy: "Max" | "Min" | "Disabled";
  /** As a share of the target: 0.1 is ten percent off. */
  readonly tolerance: number;
}

export interface Behavior {
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** What must stand still. */
export interface Pause {
  readonly directions: readonly Direction[];
  /** Names of metrics that are not listened to. */
  readonly metrics: readonly string[];
}

export interface TierScaling {
  readonly min: number;
  readonly max: number;
  readonly metrics: readonly Metric[];
  readonly behavior: Behavior;
  /** From ready until an instance's own measurements count. */
  readonly warmUp: Milliseconds;
  readonly pause: Pause;
}

export interface TierPolicy {
  readonly name: string;
  /** Absent: its owner sizes it. It is looked at all the same, for it may be the bottleneck. */
  readonly scaling?: TierScaling;
}

/** What the service promises; measured at its front door. */
export interface Objective {
  readonly latencyP95?: Milliseconds;
  readonly latencyP99?: Milliseconds;
}

export interface Policy {
  /** `service/shop`, for words. */
  readonly service: string;
  /** In the order in which a request passes them, all of them. */
  readonly tiers: readonly TierPolicy[];
  readonly objective?: Objective;
}
