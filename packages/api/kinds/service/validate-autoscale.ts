/** Rules of `tiers[].autoscale`. */
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Autoscale, ScalingMetricEntry } from "./autoscale.ts";
import { scheduleFindings } from "./validate-schedule.ts";
import { stepFindings, targetFindings } from "./validate-scaling-amounts.ts";

export const scalingName = ({ name, metric }: ScalingMetricEntry): string => name ?? metric;

export function autoscaleFindings(autoscale: Autoscale, path: FieldPath): readonly Finding[] {
  const { min, max, metrics = [], behavior, pause } = autoscale;
  const bounds =
    min > max
      ? [finding("NW1205", [...path, "min"], `${min} is more than max, ${max}`, "min is the fewest, max the most")]
      : [];
  return [
    ...bounds,
    ...metrics.flatMap((entry, index) => metricFindings(autoscale, entry, [...path, "metrics", index])),
    ...twiceFindings(metrics, [...path, "metrics"]),
    ...growingFindings(metrics, [...path, "metrics"]),
    ...(behavior.scaleUp.selectPolicy === "Disabled" && behavior.scaleDown.selectPolicy === "Disabled"
      ? [
          finding(
            "NW1205",
            [...path, "behavior"],
            "lets it neither grow nor shrink",
            "leave autoscale out, or write pause: { up: true, down: true }",
          ),
        ]
      : []),
    ...pause.metrics.flatMap((name, index) => pauseFindings(metrics, name, [...path, "pause", "metrics", index])),
  ];
}

function metricFindings(autoscale: Autoscale, entry: ScalingMetricEntry, path: FieldPath): readonly Finding[] {
  if (entry.metric === "schedule") return scheduleFindings(autoscale, entry, path);
  const foreign = (["start", "end", "timeZone", "replicas"] as const).filter((field) => entry[field] !== undefined);
  const hint = "only metric: schedule has start, end, timeZone and replicas";
  return [
    ...foreign.map((field) => keyFinding("NW1205", [...path, field], `is not for ${entry.metric}`, hint)),
    ...targetFindings(entry.metric, entry, path),
    ...(entry.steps ?? []).flatMap((step, index) =>
      entry.metric === "schedule" ? [] : stepFindings(entry.metric, entry.steps ?? [], step, [...path, "steps", index]),
    ),
  ];
}

function twiceFindings(metrics: readonly ScalingMetricEntry[], path: FieldPath): readonly Finding[] {
  return metrics.flatMap((entry, index) => {
    const name = scalingName(entry);
    const earlier = metrics.findIndex((other) => scalingName(other) === name);
    if (earlier === index) return [];
    const hint =
      entry.metric === "schedule" ? "give every schedule a name of its own" : "write one target, or one list of steps";
    return [finding("NW1205", [...path, index], `${name} stands at metrics[${earlier}] too`, hint)];
  });
}

/** These only ever ask for more: nothing would make the tier shrink again. */
const onlyGrowing: ReadonlySet<string> = new Set(["queueLength", "latencyP95", "latencyP99"]);

function growingFindings(metrics: readonly ScalingMetricEntry[], path: FieldPath): readonly Finding[] {
  const mayShrink = metrics.some(({ metric, steps }) =>
    steps === undefined ? !onlyGrowing.has(metric) : steps.some(({ below }) => below !== undefined),
  );
  if (metrics.length === 0 || mayShrink) return [];
  const names = metrics.map(scalingName).join(" and ");
  const message = `${names} can only make it grow, and it would never shrink again`;
  const hint = "add cpu, requestsPerSecond, connections or bandwidth, or a step with below";
  return [finding("NW1205", path, message, hint)];
}

function pauseFindings(metrics: readonly ScalingMetricEntry[], name: string, path: FieldPath): readonly Finding[] {
  const names = metrics.length === 0 ? ["cpu", "bandwidth"] : metrics.map(scalingName);
  if (names.includes(name)) return [];
  return [finding("NW1301", path, `there is no metric ${name} here`, `metrics: ${names.join(", ")}`)];
}
