/** What a container uses, as its control groups count it. Starts no process and waits for nothing. */
import type { KernelFiles, NodePaths } from "@netwright/contract";
import type { Hierarchies, Hierarchy } from "./control-groups.ts";
import { bundleOf, controlGroup } from "./layout.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

/** Absent: this host does not count it. Times in seconds, sizes in octets; all but `memory` only rise. */
export interface ContainerUsage {
  readonly cpu?: number | undefined;
  readonly throttled?: number | undefined;
  readonly memory?: number | undefined;
  readonly cpuPressure?: number | undefined;
  readonly memoryPressure?: number | undefined;
  readonly ioPressure?: number | undefined;
}

export interface ContainerMeter {
  /** Whose counters they are: those of another generation begin anew. */
  readonly generation: string;
  read(files: KernelFiles): ContainerUsage;
  /** Of its first process; undefined while it does not run. */
  pid(files: KernelFiles): number | undefined;
}

export function containerMeter(
  instance: ContainerInstance,
  hierarchies: Hierarchies,
  paths: NodePaths,
): ContainerMeter {
  const generation = generationOf(instance);
  const group = controlGroup(paths, generation);
  const { pid } = bundleOf(paths, generation);
  return {
    generation,
    read: (files) => ({
      ...cpuUsage(files, hierarchies, group),
      ...memoryUsage(files, hierarchies.memory, group),
      ...pressures(files, hierarchies, group),
    }),
    pid: (files) => {
      const number = Number(files.read(pid) ?? "");
      // A number that the kernel gave to somebody else meanwhile is in another group.
      return number > 0 && files.read(`/proc/${number}/cgroup`)?.includes(group) === true ? number : undefined;
    },
  };
}

function cpuUsage(files: KernelFiles, { cpu, cpuacct }: Hierarchies, group: string): ContainerUsage {
  const text = cpu === undefined ? "" : (files.read(`${cpu.mount}${group}/cpu.stat`) ?? "");
  if (cpu?.version === 2)
    return {
      cpu: scaled(valueIn(text, "usage_usec"), 1e-6),
      throttled: scaled(valueIn(text, "throttled_usec"), 1e-6),
    };
  const used = cpuacct === undefined ? undefined : files.read(`${cpuacct.mount}${group}/cpuacct.usage`);
  return { cpu: scaled(numberIn(used), 1e-9), throttled: scaled(valueIn(text, "throttled_time"), 1e-9) };
}

/** Without the files that it read last long ago: the kernel drops those before it kills anybody. */
function memoryUsage(files: KernelFiles, memory: Hierarchy | undefined, group: string): ContainerUsage {
  if (memory === undefined) return {};
  const directory = `${memory.mount}${group}`;
  const used = numberIn(files.read(`${directory}/memory.${memory.version === 1 ? "usage_in_bytes" : "current"}`));
  if (used === undefined) return {};
  const name = memory.version === 1 ? "total_inactive_file" : "inactive_file";
  return { memory: Math.max(0, used - (valueIn(files.read(`${directory}/memory.stat`) ?? "", name) ?? 0)) };
}

function pressures(files: KernelFiles, { cpu, memory, io }: Hierarchies, group: string): ContainerUsage {
  const read = (hierarchy: Hierarchy | undefined, name: string): number | undefined =>
    hierarchy?.version === 2 ? pressureIn(files.read(`${hierarchy.mount}${group}/${name}.pressure`)) : undefined;
  return { cpuPressure: read(cpu, "cpu"), memoryPressure: read(memory, "memory"), ioPressure: read(io, "io") };
}

const scaled = (value: number | undefined, factor: number): number | undefined =>
  value === undefined ? undefined : value * factor;

const numberIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+\n?$/.test(text) ? Number(text) : undefined;

/** The value of a line `NAME VALUE`. */
function valueIn(text: string, name: string): number | undefined {
  const start = text.startsWith(`${name} `) ? 0 : text.indexOf(`\n${name} `) + 1;
  if (start === 0 && !text.startsWith(`${name} `)) return undefined;
  const value = parseInt(text.slice(start + name.length + 1), 10);
  return Number.isNaN(value) ? undefined : value;
}

/** Seconds in which at least one task waited: `some ... total=MICROSECONDS` (PSI, Documentation/accounting/psi.rst). */
export function pressureIn(text: string | undefined): number | undefined {
  const total = /^some .* total=(\d+)/.exec(text ?? "")?.[1];
  return total === undefined ? undefined : Number(total) / 1e6;
}
