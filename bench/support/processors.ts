/** What the processors of this machine did, and for whom (proc(5), /proc/stat and /proc/PID/stat). */
import { readdirSync, readFileSync } from "node:fs";

/** Of the clock that /proc counts in, on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface ProcessorTimes {
  readonly idle: number;
  readonly steal: number;
  readonly total: number;
}

export const processorTimes = (): ProcessorTimes => parseTimes(readFileSync("/proc/stat", "utf8"));

/** Of all processors together. */
export function parseTimes(text: string): ProcessorTimes {
  const [line = ""] = text.split("\n");
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

export interface LivingProcess {
  readonly name: string;
  /** Its command line, with spaces between the words. */
  readonly command: string;
}

/** Seconds that such living processes have used so far, in user and kernel mode. */
export function cpuOf(fits: (process: LivingProcess) => boolean): number {
  const ticks = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => usedBy(pid, fits));
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}

export const isEngine = ({ name }: LivingProcess): boolean => name === "haproxy" || name === "bird";

function usedBy(pid: string, fits: (process: LivingProcess) => boolean): number {
  try {
    const { name, used } = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return fits({ name, command }) ? used : 0;
  } catch {
    // It ended meanwhile.
    return 0;
  }
}

/** @returns ticks in user and kernel mode. A name may have spaces and brackets in it. */
export function parseStat(text: string): { readonly name: string; readonly used: number } {
  const [, name = ""] = /\((.*)\)/s.exec(text) ?? [];
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { name, used: Number(fields[11]) + Number(fields[12]) };
}
