/** Rules of `metric: schedule`. */
import { messageOf } from "@netwright/base";
import { Cron } from "croner";
import { finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Autoscale, ScalingMetricEntry } from "./autoscale.ts";

/** Any day will do to see whether a schedule ever fires; a fixed one gives the same answer always. */
const someDay = new Date(Date.UTC(2024, 0, 1));

export function scheduleFindings({ max }: Autoscale, entry: ScalingMetricEntry, path: FieldPath): readonly Finding[] {
  const missing = (["start", "end", "replicas"] as const).filter((field) => entry[field] === undefined);
  const foreign = (["target", "steps"] as const).filter((field) => entry[field] !== undefined);
  const shape = [
    ...missing.map((field) => finding("NW1202", [...path, field], "is required", hints[field])),
    ...foreign.map((field) =>
      keyFinding("NW1205", [...path, field], "is not for a schedule", "a schedule has start, end and replicas"),
    ),
  ];
  const { start = "", end = "", timeZone = "UTC", replicas = 0 } = entry;
  const zone = zoneFindings(timeZone, [...path, "timeZone"]);
  if (shape.length + zone.length > 0) return [...shape, ...zone];
  const patterns = [
    ...cronFindings(start, timeZone, [...path, "start"]),
    ...cronFindings(end, timeZone, [...path, "end"]),
  ];
  const above =
    replicas > max
      ? [
          finding(
            "NW1205",
            [...path, "replicas"],
            `${replicas} is more than max, ${max}`,
            "raise max, or ask for fewer",
          ),
        ]
      : [];
  const never =
    start === end
      ? [finding("NW1205", [...path, "end"], "is the same time as start, so it is never active", "write when it ends")]
      : [];
  return [...patterns, ...above, ...(patterns.length === 0 ? never : [])];
}

const hints = {
  start: 'write a cron expression, for example "0 8 * * 1-5": at 8:00 from Monday to Friday',
  end: 'write a cron expression, for example "0 18 * * 1-5": at 18:00 from Monday to Friday',
  replicas: "write how many instances are there at that time",
} as const;

function zoneFindings(timeZone: string, path: FieldPath): readonly Finding[] {
  try {
    void new Intl.DateTimeFormat("en", { timeZone });
    return [];
  } catch {
    const message = `${JSON.stringify(timeZone)} is not a time zone`;
    return [finding("NW1203", path, message, "write a name of the tz database, for example Europe/Vienna")];
  }
}

function cronFindings(pattern: string, timezone: string, path: FieldPath): readonly Finding[] {
  const hint = "five fields: minute, hour, day of month, month, day of week";
  try {
    const next = new Cron(pattern, { timezone, mode: "5-part", paused: true }).nextRun(someDay);
    return next === null ? [finding("NW1203", path, `${JSON.stringify(pattern)} never fires`, hint)] : [];
  } catch (error) {
    const why = messageOf(error).replace(/^CronPattern: /, "");
    return [finding("NW1203", path, `${JSON.stringify(pattern)} is not a cron expression: ${why}`, hint)];
  }
}
