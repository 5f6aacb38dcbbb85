/** Whether a schedule's time is now. Cron fields are read in the schedule's own time zone. */
import type { Instant } from "@netwright/base";
import { Cron } from "croner";
import type { ScheduleMetric } from "./policy.ts";

/** True from each `start` to the next `end`: then the end is what comes first. */
export function isActive({ start, end, timeZone }: ScheduleMetric, at: Instant): boolean {
  const [starts, ends] = [next(start, timeZone, at), next(end, timeZone, at)];
  return ends !== undefined && (starts === undefined || ends < starts);
}

function next(pattern: string, timeZone: string, at: Instant): number | undefined {
  return cronOf(pattern, timeZone).nextRun(new Date(at))?.getTime();
}

/** Reading a pattern costs more than asking it, and it is asked every second. Holds nothing but what follows from its keys. */
const known = new Map<string, Cron>();
const knownMax = 1000;

function cronOf(pattern: string, timeZone: string): Cron {
  const key = `${timeZone} ${pattern}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const cron = new Cron(pattern, { timezone: timeZone, mode: "5-part", paused: true });
  if (known.size >= knownMax) known.clear();
  known.set(key, cron);
  return cron;
}
