/** One week with one policy and one seed. */
import {
  createSimulation,
  defaultTierModel,
  highestRate,
  policyOf,
  scalers,
  timingOf,
  type Policy,
  type Result,
  type Trace,
} from "@netwright/autoscale";
import { kinds, type Service } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";

export interface Run {
  readonly trace: Trace;
  readonly scaler: string;
  readonly seed: number;
  /** Seconds, the median; nine of ten are within one and a half times as much. */
  readonly startUp: number;
}

/** Without the series, which are for charts. */
export interface Outcome extends Pick<Result, "cost" | "violations" | "failed" | "longest" | "actions"> {
  readonly week: string;
  readonly scaler: string;
  readonly seed: number;
}

/** What all policies are given: one tier with the product's defaults, an instance at 70 % of what it can answer. */
function judgedPolicy(max: number): Policy {
  const written = {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Service",
    metadata: { name: "judged" },
    spec: {
      expose: [{ hostname: "judged.example.net", protocol: "TCP", port: 80 }],
      tiers: [
        {
          name: "web",
          workload: { image: "host", command: ["serve"], port: 80 },
          autoscale: { max, metrics: [{ metric: "requestsPerSecond", target: 70 }] },
        },
      ],
    },
  };
  return policyOf(kinds.Service.complete(kinds.Service.schema.parse(written)) as Service);
}

export function outcomeOf({ trace, scaler: name, seed, startUp }: Run): Outcome {
  const scaler = scalers[name];
  if (scaler === undefined) throw new NetwrightError("NW1001", `there is no policy ${name}`);
  const model = {
    ...defaultTierModel,
    name: "web",
    startUp: { median: seconds(startUp), p90: seconds(1.5 * startUp) },
  };
  // Room for the peak at the target, and no more: static is this size always.
  const max = Math.ceil(highestRate(trace) / (model.capacity * 0.7));
  const policy = judgedPolicy(max);
  const simulation = createSimulation({ policy, scaler, trace, models: [model], seed, ...timingOf(name) });
  simulation.advance(Infinity);
  const { cost, violations, failed, longest, actions } = simulation.result();
  return { week: trace.name, scaler: name, seed, cost, violations, failed, longest, actions };
}
