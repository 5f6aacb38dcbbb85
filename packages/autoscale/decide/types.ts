/**
 * One decision about the sizes of a service's tiers, and how it came about. Deciding is a pure function of the policy,
 * of what was measured and of what the last decision left behind; time comes in with the observation.
 */
import type { Instant } from "@netwright/base";
import type { Observation } from "./observation.ts";
import type { Direction, MetricName, Policy } from "./policy.ts";

export type StageName =
  | "Collect"
  | "Recommend"
  | "Combine"
  | "Chain"
  | "Bottleneck"
  | "Stabilise"
  | "Limit"
  | "Bounds"
  | "Pause";

/** What one stage made of one tier. */
export interface StageLog {
  readonly stage: StageName;
  /** Absent where it is about the whole service. */
  readonly tier?: string;
  /** Instances that came in and went out; absent where the stage does not speak of sizes. */
  readonly from?: number;
  readonly to?: number;
  /** One line for people. */
  readonly words: string;
}

/** What one metric alone would want. */
export interface MetricRecommendation {
  readonly tier: string;
  readonly name: string;
  readonly metric: MetricName | "schedule" | "demand";
  /** Of one instance; absent: missing. */
  readonly value?: number;
  readonly target?: number;
  /** Absent: it has no opinion. */
  readonly replicas?: number;
  readonly words: string;
}

/** CamelCase words that programs can rely on. */
export type ReasonCode =
  | "MetricAboveTarget"
  | "MetricsBelowTarget"
  | "Schedule"
  | "FrontDoorRate"
  | "Bottleneck"
  | "OutOfBounds"
  | "MetricsMissing"
  | "ScalingWouldNotHelp"
  | "NoRoom"
  | "AtMaximum"
  | "Paused"
  | "NotScaled"
  | "Steady";

/** Why a tier changes, or why it does not although something asks for it; what becomes an event. */
export interface Reason {
  /** Absent: about the whole service. */
  readonly tier?: string;
  /** Absent: it stays. */
  readonly direction?: Direction;
  readonly code: ReasonCode;
  readonly message: string;
}

export interface Decision<State = unknown> {
  readonly at: Instant;
  /** By tier, of those that are scaled. */
  readonly desired: Readonly<Record<string, number>>;
  readonly perMetric: readonly MetricRecommendation[];
  /** In the order in which they were passed. */
  readonly stages: readonly StageLog[];
  readonly reasons: readonly Reason[];
  /** The tier that holds the others back, and would not if there were more of it; absent where none does. */
  readonly bottleneck?: string;
  /** For the next decision. Plain data: it can be written as JSON and read back. */
  readonly state: State;
}

/** One way to decide: ours, or one of the presets that it is compared with. */
export interface Scaler<State = unknown> {
  readonly name: string;
  /** @param state of the decision before, of this same scaler; undefined at the first. */
  // A method: a scaler's state is its own affair, and who runs several of them need not know it.
  decide(policy: Policy, observation: Observation, state: State | undefined): Decision<State>;
}
