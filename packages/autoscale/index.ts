/** How many instances each tier of a service should have, and why. */
export type {
  Adjustment,
  Behavior,
  Direction,
  Metric,
  MetricName,
  Objective,
  Pause,
  Policy,
  RatePolicy,
  ScalingRules,
  ScheduleMetric,
  Step,
  StepMetric,
  TargetMetric,
  TierPolicy,
  TierScaling,
} from "./decide/policy.ts";
export type { FrontDoor, Observation, Room, Sample, TierObservation } from "./decide/observation.ts";
export type {
  Decision,
  MetricRecommendation,
  Reason,
  ReasonCode,
  Scaler,
  StageLog,
  StageName,
} from "./decide/types.ts";
export type { State } from "./decide/state.ts";
export { policyOf } from "./policy-of.ts";
export { decide, netwright } from "./decide/decide.ts";
export { scalers } from "./presets/index.ts";
