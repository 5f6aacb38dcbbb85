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
export { leastOf } from "./decide/bounds.ts";
export { policyOf } from "./policy-of.ts";
export { decide, netwright } from "./decide/decide.ts";
export { scalers } from "./presets/index.ts";
export { renderChart } from "./simulate/chart.ts";
export { defaultTierModel, type TierModel } from "./simulate/model.ts";
export { createSimulation, type Result, type Setup } from "./simulate/simulation.ts";
export type { TierResult } from "./simulate/tier.ts";
export { timingOf } from "./simulate/timing.ts";
export { gapRules, traceReader, type GapRule, type ReadTrace } from "./traces/read-trace.ts";
export { generateTrace, shapeMeanings, shapeNames, week, type ShapeName } from "./traces/shapes.ts";
export { highestRate, lengthOf, longestTrace, scaledToPeak, stretchOf, type Trace } from "./traces/trace.ts";
