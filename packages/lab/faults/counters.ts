/** What the wires of a fault have counted. */
import { readdirSync, readFileSync } from "node:fs";
import type { LabPaths } from "../record/paths.ts";
import type { FaultNumber } from "./plan.ts";
import { faultDirectory } from "./store.ts";

/** In the order of `struct counters` in native/wire/wire.c. */
const names = ["taken", "lost", "duplicated", "corrupted", "reordered", "full", "tooBig", "sent", "refused"] as const;
export type FrameCounters = Readonly<Record<(typeof names)[number], number>>;

/** Of all its devices together; undefined when no wire has a part in it. */
export function readCounters(paths: LabPaths, id: FaultNumber): FrameCounters | undefined {
  const directory = faultDirectory(paths, id);
  const all = filesIn(directory).flatMap((file) => {
    const octets = contentOf(`${directory}/${file}`);
    // A wire makes it in two steps.
    if (octets === undefined || octets.length < names.length * 8) return [];
    return [names.map((_, index) => Number(octets.readBigUInt64LE(index * 8)))];
  });
  if (all.length === 0) return undefined;
  const sums = names.map((name, index) => [name, all.reduce((sum, counts) => sum + (counts[index] ?? 0), 0)] as const);
  return Object.fromEntries(sums) as FrameCounters;
}

/** Undefined: the fault has just ended. */
function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((file) => file.endsWith(".counters"));
  } catch {
    return [];
  }
}
