/** The policy that a Service's manifest means. */
import {
  parseAmount,
  parseChange,
  scalingName,
  serviceChain,
  type Autoscale,
  type ChainTier,
  type ScalingMetricEntry,
  type Service,
} from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { Direction, Metric, Policy, ScalingRules, Step, TierScaling } from "./decide/policy.ts";

export function policyOf(service: Pick<Service, "metadata" | "spec">): Policy {
  const { objective } = service.spec;
  return {
    service: `service/${service.metadata.name}`,
    tiers: serviceChain(service).map((tier) => ({
      name: tier.name,
      ...(tier.autoscale === undefined ? {} : { scaling: scalingOf(tier.role, tier.autoscale) }),
    })),
    ...(objective === undefined ? {} : { objective }),
  };
}

/** Programs are bounded by their CPU; a load balancer in the kernel by what passes through it. */
const defaultMetrics: Readonly<Record<ChainTier["role"], ScalingMetricEntry>> = {
  LoadBalancer: { metric: "bandwidth", target: "1gbit" },
  Proxy: { metric: "cpu", target: "70%" },
  Workload: { metric: "cpu", target: "70%" },
};

function scalingOf(role: ChainTier["role"], autoscale: Autoscale): TierScaling {
  const { min, max, metrics = [defaultMetrics[role]], behavior, warmUp, pause } = autoscale;
  const directions: readonly Direction[] = [
    ...(pause.up ? ["Up" as const] : []),
    ...(pause.down ? ["Down" as const] : []),
  ];
  return {
    min,
    max,
    metrics: metrics.map(metricOf),
    behavior: { scaleUp: rulesOf(behavior.scaleUp), scaleDown: rulesOf(behavior.scaleDown) },
    warmUp,
    pause: { directions, metrics: pause.metrics },
  };
}

const million = 1_000_000;

const rulesOf = ({ tolerance, ...rules }: Autoscale["behavior"]["scaleUp"]): ScalingRules => ({
  ...rules,
  tolerance: tolerance / million,
});

function metricOf(entry: ScalingMetricEntry): Metric {
  const name = scalingName(entry);
  const { metric, target, steps = [] } = entry;
  if (metric === "schedule") {
    const { start, end, timeZone = "UTC", replicas } = entry;
    if (start === undefined || end === undefined || replicas === undefined) throw notValidated(name);
    return { kind: "Schedule", name, start, end, timeZone, replicas };
  }
  if (target !== undefined) return { kind: "Target", name, metric, target: parseAmount(metric, target) };
  return {
    kind: "Step",
    name,
    metric,
    steps: steps.map(({ above, below, add, remove }): Step => {
      const [threshold, change] = [above ?? below, add ?? remove];
      if (threshold === undefined || change === undefined) throw notValidated(name);
      const direction = above === undefined ? "Down" : "Up";
      return { direction, threshold: parseAmount(metric, threshold), adjustment: parseChange(change) };
    }),
  };
}

const notValidated = (name: string): NetwrightError =>
  new NetwrightError("NW1801", `the metric ${name} was stored without having been validated`);
