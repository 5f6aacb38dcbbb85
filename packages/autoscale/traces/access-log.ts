/**
 * The log of a web server in the common or combined format (Apache, nginx): requests are
 * counted in steps. Servers write a line when a request ends, so lines may be out of order; a step without lines had no
 * requests. Pure.
 */
import { milliseconds, type Instant } from "@netwright/base";
import { fault } from "./csv.ts";
import { longestTrace } from "./trace.ts";
import type { ReadOptions, ReadTrace, TraceReader } from "./read-trace.ts";

const stamp = /\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\] "/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** So many lines of a hundred may be unreadable: attacks write anything into a request. */
const unreadablePercentMax = 1;

export const isAccessLogLine = (text: string): boolean => secondOf(text) !== undefined;

/** @returns seconds since 1970 */
function secondOf(text: string): number | undefined {
  const [, day, name = "", year, hour, minute, second, sign, zoneHours, zoneMinutes] = stamp.exec(text) ?? [];
  const month = months.indexOf(name);
  if (month === -1) return undefined;
  const local = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  const zone = Number(zoneHours) * 3600 + Number(zoneMinutes) * 60;
  return sign === "-" ? local + zone : local - zone;
}

export function accessLogReader(options: ReadOptions): TraceReader {
  const bucket = options.bucket / 1000;
  const perBucket = new Map<number, number>();
  let lines = 0;
  let firstUnreadable = 0;
  let unreadable = 0;
  return {
    line: (text) => {
      lines += 1;
      if (text.trim() === "") return;
      const second = secondOf(text);
      if (second === undefined) {
        firstUnreadable ||= lines;
        unreadable += 1;
        return;
      }
      const key = Math.floor(second / bucket);
      perBucket.set(key, (perBucket.get(key) ?? 0) + 1);
    },
    end: () => {
      if (unreadable * 100 > lines * unreadablePercentMax)
        throw fault(
          options,
          firstUnreadable,
          `${unreadable} of ${lines} lines are not of an access log, this one first`,
          "a line has a time and a request, for example '192.0.2.1 - - [05/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5'",
        );
      return counted(options, perBucket, unreadable);
    },
  };
}

function counted(options: ReadOptions, perBucket: ReadonlyMap<number, number>, unreadable: number): ReadTrace {
  const bucket = options.bucket / 1000;
  let [first, last] = [Infinity, -Infinity];
  for (const key of perBucket.keys()) [first, last] = [Math.min(first, key), Math.max(last, key)];
  if ((last - first) * options.bucket > longestTrace)
    throw fault(options, 1, "the log is longer than 400 days", "are the years of all its lines right?", "NW1122");
  // The last step is not over, unless it is the only one.
  const rates = new Float64Array(Math.max(1, last - first));
  for (const [key, count] of perBucket) if (key - first < rates.length) rates[key - first] = count / bucket;
  const notes = unreadable === 0 ? [] : [`${options.file}: ${unreadable} lines that are no requests were passed over`];
  const start = (first * bucket * 1000) as Instant;
  return { trace: { name: options.file, start, step: milliseconds(bucket * 1000), rates }, notes };
}
