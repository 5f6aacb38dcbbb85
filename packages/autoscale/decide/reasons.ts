/** Why a tier changes, or does not although something asks for it: one reason for each tier. */
import type { Bounded } from "./bounds.ts";
import type { Chained } from "./chain.ts";
import type { Combined } from "./combine.ts";
import type { Direction } from "./policy.ts";
import type { Reason, ReasonCode } from "./types.ts";
import { instances } from "./words.ts";

export interface Course {
  readonly tier: string;
  readonly wanted: number;
  readonly desired: number;
  /** What was asked for before windows, limits and bounds. */
  readonly asked: number;
  readonly combined: Combined;
  readonly chained: Chained;
  /** The bottleneck's own words, where this tier grows for it. */
  readonly bottleneck?: string;
  readonly bounded: Bounded;
  /** Why some of those that are wanted have no place; absent where all have one. */
  readonly unplaced?: string;
  /** The direction in which it would have changed, where a person stopped that. */
  readonly paused?: Direction;
}

export function reasonOf(course: Course): Reason {
  const { tier, wanted, desired, paused } = course;
  if (desired === wanted) return stays(course);
  const direction = desired > wanted ? "Up" : "Down";
  const [code, why] = cause(course, direction);
  const message = `${tier} ${wanted} -> ${desired}: ${why}`;
  return { tier, ...(paused === undefined ? { direction } : {}), code, message };
}

function cause(
  { asked, wanted, chained, combined, bottleneck, bounded }: Course,
  direction: Direction,
): [ReasonCode, string] {
  const isAsked = direction === "Up" ? asked > wanted : asked < wanted;
  if (!isAsked) return ["OutOfBounds", bounded.words];
  if (direction === "Up" && bottleneck !== undefined) return ["Bottleneck", bottleneck];
  if (chained.need !== undefined)
    return direction === "Up" ? ["FrontDoorRate", chained.words] : ["MetricsBelowTarget", chained.words];
  const words = combined.by?.words ?? combined.words;
  if (combined.by?.metric === "schedule") return ["Schedule", words];
  return [direction === "Up" ? "MetricAboveTarget" : "MetricsBelowTarget", words];
}

function stays({ tier, wanted, asked, paused, bounded, combined, chained, unplaced }: Course): Reason {
  const at = `${tier} stays at ${wanted}`;
  if (paused !== undefined)
    return { tier, code: "Paused", message: `${at}: growing and shrinking by itself is paused` };
  const though = asked > wanted ? ` though ${instances(asked)} would be right` : "";
  if (unplaced !== undefined) return { tier, code: "NoRoom", message: `${at}${though}: ${unplaced}` };
  if (asked > wanted && bounded.cut !== undefined)
    return { tier, code: bounded.cut, message: `${at}${though}: ${bounded.words}` };
  if (bounded.kept !== undefined) return { tier, code: "Steady", message: `${at}: ${bounded.words}` };
  if (chained.behind !== undefined) return { tier, code: "Steady", message: `${at}: ${chained.words}` };
  if (combined.held?.endsWith("missing") === true)
    return { tier, code: "MetricsMissing", message: `${at}: ${combined.held}` };
  return { tier, code: "Steady", message: at };
}
