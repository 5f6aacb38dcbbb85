/** What of a decision is told as events. Pure. */
import type { Reason } from "@netwright/autoscale";
import type { Service } from "@netwright/api";
import type { NewEvent } from "../state/events.ts";
import { displayName } from "../state/objects.ts";

/** These need a person, and are told when they begin. */
const warnings: ReadonlySet<Reason["code"]> = new Set([
  "ScalingWouldNotHelp",
  "NoRoom",
  "AtMaximum",
  "NotScaled",
  "MetricsMissing",
]);

export function newsOf(
  { metadata }: Service,
  before: readonly Reason[],
  after: readonly Reason[],
): readonly NewEvent[] {
  const object = displayName({ kind: "Service", project: metadata.project, name: metadata.name });
  return after.flatMap(({ tier, direction, code, message }): readonly NewEvent[] => {
    if (direction !== undefined)
      return [{ object, type: "Normal", reason: direction === "Up" ? "ScaledUp" : "ScaledDown", message }];
    const isNew = !before.some((each) => each.tier === tier && each.code === code);
    return warnings.has(code) && isNew ? [{ object, type: "Warning", reason: code, message }] : [];
  });
}
