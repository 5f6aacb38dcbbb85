/**
 * Generated traffic: the four classic shapes that a policy must stand. The same seed gives the same trace. Pure.
 * Each is a curve from 0 to about 1 over days, with chance in it, scaled to the peak asked for.
 */
import { milliseconds, seconds, type Instant, type Milliseconds } from "@netwright/base";
import { randomOf, type Random } from "./random.ts";
import { scaledToPeak, type Trace } from "./trace.ts";

export const shapeNames = ["on-off", "growth", "variable", "consistent"] as const;
export type ShapeName = (typeof shapeNames)[number];

/** What each one is like, for help and documents. */
export const shapeMeanings: Readonly<Record<ShapeName, string>> = {
  "on-off": "work that begins and ends: office hours and jobs at night, almost nothing between",
  growth: "ten times as much after a week, with days and nights, and one or two flash crowds",
  variable: "bursts that nobody foresees, minutes to an hour long, on days and nights",
  consistent: "days and nights, quieter weekends, little chance",
};

export interface ShapeOptions {
  readonly shape: ShapeName;
  readonly seed: number;
  /** Requests a second at its highest. */
  readonly peak: number;
  readonly length: Milliseconds;
}

const stepSeconds = 10;
const day = 86_400;
const hour = 3600;

export function generateTrace({ shape, seed, peak, length }: ShapeOptions): Trace {
  const random = randomOf(seed, shape);
  const total = Math.max(1, Math.ceil(length / 1000 / stepSeconds));
  const curve = curves[shape](random, total * stepSeconds);
  const rates = Float64Array.from({ length: total }, (_, index) => Math.max(0, curve(index * stepSeconds)));
  const step = seconds(stepSeconds);
  return scaledToPeak({ name: `${shape}, seed ${seed}`, start: 0 as Instant, step, rates }, peak);
}

/** Value at a second. Called once for each step, in order: noise may keep what came before. */
type Curve = (at: number) => number;

const curves: Readonly<Record<ShapeName, (random: Random, length: number) => Curve>> = {
  "on-off": onOff,
  growth,
  variable,
  consistent,
};

/** 0 at night, 1 in the afternoon. */
const daily = (at: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at - 3 * hour)) / day);

/** Mean 0, the given deviation, forgotten after about `memory` seconds (Ornstein and Uhlenbeck in steps). */
function noise(random: Random, deviation: number, memory: number): () => number {
  const keep = Math.exp(-stepSeconds / memory);
  const fresh = deviation * Math.sqrt(1 - keep * keep);
  let value = deviation * random.normal();
  return () => (value = keep * value + fresh * random.normal());
}

interface Burst {
  readonly at: number;
  /** Seconds from nothing to its height. */
  readonly rise: number;
  /** Seconds in which it falls to a third. */
  readonly fall: number;
  readonly height: number;
}

const burstAt = ({ at: begin, rise, fall, height }: Burst, at: number): number => {
  if (at < begin) return 0;
  return at < begin + rise ? (height * (at - begin)) / rise : height * Math.exp(-(at - begin - rise) / fall);
};

/** The sum of bursts; those that are long over cost nothing. */
function burstsOf(bursts: readonly Burst[]): Curve {
  const waiting = bursts.toSorted((a, b) => a.at - b.at);
  const live = new Set<Burst>();
  let next = 0;
  return (at) => {
    for (let burst = waiting[next]; burst !== undefined && burst.at <= at; burst = waiting[++next]) live.add(burst);
    let sum = 0;
    for (const burst of live) {
      sum += burstAt(burst, at);
      if (at >= burst.at + burst.rise + 12 * burst.fall) live.delete(burst);
    }
    return sum;
  };
}

/** A window that opens and closes in `ramp` seconds. */
interface Period {
  readonly from: number;
  readonly to: number;
  readonly ramp: number;
  readonly height: number;
}

const periodAt = ({ from, to, ramp, height }: Period, at: number): number =>
  height * Math.min(1, Math.max(0, (at - from) / ramp), Math.max(0, (to - at) / ramp));

function onOff(random: Random, length: number): Curve {
  const periods: Period[] = [];
  for (let begin = 0; begin < length; begin += day) {
    const weekend = Math.floor(begin / day) % 7 >= 5;
    const opens = begin + 8 * hour + random.between(-0.5, 0.5) * hour;
    if (!weekend) periods.push(periodOf(random, opens, random.between(8, 11) * hour, random.between(0.7, 1)));
    for (let job = 0; job < 2; job += 1)
      periods.push(
        periodOf(
          random,
          begin + random.between(19, 29) * hour,
          random.between(0.3, 1.2) * hour,
          random.between(0.3, 1),
        ),
      );
  }
  const wobble = noise(random, 0.03, 600);
  return (at) => (0.02 + Math.max(0, ...periods.map((period) => periodAt(period, at)))) * (1 + wobble());
}

const periodOf = (random: Random, from: number, length: number, height: number): Period => ({
  from,
  to: from + length,
  ramp: random.between(30, 300),
  height,
});

function growth(random: Random, length: number): Curve {
  const crowds = Array.from({ length: Math.max(1, Math.round(length / (5 * day))) }, () => ({
    at: random.between(0.1, 0.95) * length,
    rise: random.between(30, 300),
    fall: random.between(0.5, 2) * hour,
    height: random.between(1.5, 3),
  }));
  const crowd = burstsOf(crowds);
  const wobble = noise(random, 0.04, 600);
  return (at) => 10 ** Math.min(1, at / (7 * day)) * 0.1 * (0.45 + 0.55 * daily(at)) * (1 + crowd(at)) * (1 + wobble());
}

function variable(random: Random, length: number): Curve {
  const bursts = burstsOf(
    Array.from({ length: Math.max(1, Math.round((length / day) * 10)) }, () => ({
      at: random.uniform() * length,
      rise: random.between(20, 180),
      fall: random.between(3, 30) * 60,
      height: random.between(0.2, 1),
    })),
  );
  const slow = noise(random, 0.25, 2 * hour);
  const quick = noise(random, 0.05, 120);
  return (at) => (0.25 + 0.35 * daily(at)) * Math.exp(slow()) * (1 + quick()) + bursts(at);
}

function consistent(random: Random): Curve {
  const wobble = noise(random, 0.02, 900);
  const factors = Array.from({ length: 7 }, (_, weekday) => (weekday >= 5 ? 0.7 : 1) * random.between(0.95, 1.05));
  return (at) => {
    // Weekdays pass into each other over the hour around midnight.
    const weekday = at / day;
    const share = Math.min(1, Math.max(0, (at % day) / hour));
    const factor = (each: number): number => factors[((Math.floor(each) % 7) + 7) % 7] ?? 1;
    const between = factor(weekday - 1) * (1 - share) + factor(weekday) * share;
    return (0.2 + 0.8 * daily(at)) * between * (1 + wobble());
  };
}

export const week = milliseconds(7 * day * 1000);
