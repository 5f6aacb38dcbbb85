/** The weeks of traffic that policies are judged by: generated ones, and those of a trace. */
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import {
  generateTrace,
  lengthOf,
  scaledToPeak,
  shapeNames,
  stretchOf,
  traceReader,
  week,
  type Trace,
} from "@netwright/autoscale";
import { NetwrightError, seconds, type Instant } from "@netwright/base";

export interface Week {
  readonly trace: Trace;
  readonly kind: "generated" | "real";
  /** It was looked at when the defaults were chosen. */
  readonly seen: boolean;
}

/** Needs 50 instances at 80 %. */
const peak = 4000;
/** So many of a real week's minutes are at most the peak: single spikes of a log that was written late do not set the scale. */
const scaleShare = 0.9995;

/** The seeds of generated weeks that defaults were chosen by, and those that nobody looked at before. */
const seenSeeds = [1, 2];
const unseenSeeds = [101];

export function generatedWeeks(): readonly Week[] {
  return [...seenSeeds, ...unseenSeeds].flatMap((seed) =>
    shapeNames.map((shape) => ({
      trace: generateTrace({ shape, seed, peak, length: week }),
      kind: "generated" as const,
      seen: seenSeeds.includes(seed),
    })),
  );
}

/**
 * Minutes on each side over which a real week is averaged. Where a minute has 800 requests, chance moves it by 3.5 %; traffic
 * of thousands a second, to which it is scaled, has no such chance in it.
 */
const smoothing = 2;

function smooth(trace: Trace): Trace {
  const rates = trace.rates.map((_, index) => {
    const near = trace.rates.subarray(Math.max(0, index - smoothing), index + smoothing + 1);
    return near.reduce((sum, rate) => sum + rate, 0) / near.length;
  });
  return { ...trace, rates };
}

/** Weeks of a real trace by which defaults were chosen. */
const seenWeeks = 2;
const day = 86_400_000;

/** Whole weeks from the first midnight (UTC) on. @throws NW1101 */
export async function weeksOf(file: string): Promise<readonly Week[]> {
  if (!existsSync(file)) throw new NetwrightError("NW1101", `${file} cannot be read: there is no such file`);
  const reader = traceReader({ file, gaps: "hold", bucket: seconds(60) });
  const source = createReadStream(file);
  const input = file.endsWith(".gz") ? source.pipe(createGunzip()) : source;
  for await (const line of createInterface({ input })) reader.line(line);
  const trace = smooth(reader.end().trace);
  const first = Math.ceil(trace.start / day) * day;
  const count = Math.floor((trace.start + lengthOf(trace) - first) / week);
  return Array.from({ length: count }, (_, index) => {
    const from = (first + index * week) as Instant;
    const name = `real, week ${index + 1}`;
    const stretch = stretchOf(trace, from, week, name);
    return { trace: scaledToPeak(stretch, peak, scaleShare), kind: "real", seen: index < seenWeeks };
  });
}
