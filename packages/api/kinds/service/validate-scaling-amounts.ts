/** Rules of `target` and `steps`: the amounts are of the metric's unit, and do not contradict each other. */
import { isNetwrightError } from "@netwright/base";
import { exactlyOne, finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { ScalingMetric, ScalingMetricEntry, ScalingStep } from "./autoscale.ts";
import { parseAmount, parseChange } from "./scaling-amounts.ts";

export function targetFindings(metric: ScalingMetric, entry: ScalingMetricEntry, path: FieldPath): readonly Finding[] {
  const { target } = entry;
  return [
    ...exactlyOne(entry, ["target", "steps"], path, `write target: ${examples[metric]}, or steps`),
    ...(target === undefined ? [] : complaints(() => parseAmount(metric, target), [...path, "target"])),
  ];
}

const examples: Readonly<Record<ScalingMetric, string>> = {
  cpu: "70%",
  requestsPerSecond: "100",
  connections: "500",
  queueLength: "2",
  latencyP95: "100ms",
  latencyP99: "200ms",
  bandwidth: "100mbit",
};

export function stepFindings(
  metric: ScalingMetric,
  steps: readonly ScalingStep[],
  step: ScalingStep,
  path: FieldPath,
): readonly Finding[] {
  const { above, below, add, remove } = step;
  const sides = exactlyOne(step, ["above", "below"], path, "write above with add, or below with remove");
  const changes = exactlyOne(step, ["add", "remove"], path, "write above with add, or below with remove");
  if (sides.length + changes.length > 0) return [...sides, ...changes];
  if ((above === undefined) !== (add === undefined))
    return [finding("NW1205", path, "goes against its own threshold", "write above with add, and below with remove")];
  const threshold = above ?? below ?? 0;
  const wrong = [
    ...complaints(() => parseAmount(metric, threshold), [...path, above === undefined ? "below" : "above"]),
    ...complaints(() => parseChange(add ?? remove ?? 0), [...path, add === undefined ? "remove" : "add"]),
  ];
  return wrong.length > 0 ? wrong : crossingFindings(metric, steps, step, path);
}

/** Where a lower bound lies over an upper one, a value between them would ask for both. */
function crossingFindings(
  metric: ScalingMetric,
  steps: readonly ScalingStep[],
  { below }: ScalingStep,
  path: FieldPath,
): readonly Finding[] {
  if (below === undefined) return [];
  const value = parseAmount(metric, below);
  const crossed = steps.find(
    ({ above }) =>
      above !== undefined &&
      complaints(() => parseAmount(metric, above), path).length === 0 &&
      parseAmount(metric, above) < value,
  );
  if (crossed === undefined) return [];
  const message = `between ${crossed.above} and ${below} it would grow and shrink at once`;
  return [finding("NW1205", [...path, "below"], message, "a threshold of shrinking lies under every one of growing")];
}

function complaints(parse: () => unknown, path: FieldPath): readonly Finding[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    return [finding(error.code, path, error.message, error.diagnostics[0]?.hint ?? "see docs/autoscaling.md")];
  }
}
