/** What the processors of this machine did, and for whom (proc(5), /proc/stat and /proc/PID/stat). */
import { readdirSync, readFileSync } from "node:fs";

/** Of the clock that /proc counts in, on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface ProcessorTimes {
  readonly idle: number;
  readonly steal: number;
  readonly total: number;
}

export function processorTimes(): ProcessorTimes {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0, , , steal = 0] = ticks;
  return { idle: idle + waiting, steal, total: ticks.reduce((sum, each) => sum + each, 0) };
}

/** Of all time between two looks, from 0 to 1. */
export function shareOf(
  before: ProcessorTimes,
  after: ProcessorTimes,
): { readonly busy: number; readonly steal: number } {
  const total = Math.max(1, after.total - before.total);
  const steal = (after.steal - before.steal) / total;
  return { busy: 1 - (after.idle - before.idle) / total - steal, steal };
}

/** Seconds that living processes of these names have used so far, in user and kernel mode. */
export function cpuOf(names: readonly string[]): number {
  const ticks = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => statOf(pid))
    .filter((stat) => names.includes(stat.name))
    .map(({ used }) => used);
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}

function statOf(pid: string): { readonly name: string; readonly used: number } {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [, name = ""] = /\((.*)\)/.exec(text) ?? [];
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { name, used: Number(fields[11]) + Number(fields[12]) };
  } catch {
    // It ended meanwhile.
    return { name: "", used: 0 };
  }
}
