/** What a host and the processes on it use, from files of the kernel (proc(5)). */
import type { KernelFiles } from "@netwright/contract";
import { pressureIn } from "@netwright/drivers/runtime-crun/index.ts";

export interface HostUsage {
  readonly cpu?: number;
  readonly steal?: number;
  readonly cpuLimit?: number;
  readonly memory?: number;
  readonly memoryLimit?: number;
  readonly cpuPressure?: number | undefined;
  readonly memoryPressure?: number | undefined;
  readonly ioPressure?: number | undefined;
}

/** USER_HZ: what the kernel's counters of CPU time are in, on every architecture that Node runs on. */
const ticksPerSecond = 100;

export function readHost(files: KernelFiles): HostUsage {
  const pressure = (name: string): number | undefined => pressureIn(files.read(`/proc/pressure/${name}`));
  return {
    ...cpuIn(files.read("/proc/stat") ?? ""),
    ...memoryIn(files.read("/proc/meminfo") ?? ""),
    cpuPressure: pressure("cpu"),
    memoryPressure: pressure("memory"),
    ioPressure: pressure("io"),
  };
}

/** Of `user nice system idle iowait irq softirq steal guest guest_nice`; guests are part of user. Pure. */
export function cpuIn(stat: string): Pick<HostUsage, "cpu" | "steal" | "cpuLimit"> {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1];
  if (line === undefined) return {};
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").map(Number);
  return {
    cpu: (user + nice + system + irq + softirq) / ticksPerSecond,
    steal: steal / ticksPerSecond,
    cpuLimit: stat.match(/^cpu\d/gm)?.length ?? 1,
  };
}

/** Pure. */
export function memoryIn(meminfo: string): Pick<HostUsage, "memory" | "memoryLimit"> {
  const octets = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1]) * 1024;
  const [total, available] = [octets("MemTotal"), octets("MemAvailable")];
  return Number.isNaN(total - available) ? {} : { memory: total - available, memoryLimit: total };
}

/** Of one process with one thread. */
export function readProcess(
  files: KernelFiles,
  pid: number,
): { readonly cpu?: number; readonly cpuPressure?: number; readonly memory?: number } {
  const [run, wait] = (files.read(`/proc/${pid}/schedstat`) ?? "").split(" ").map(Number);
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(files.read(`/proc/${pid}/status`) ?? "")?.[1];
  return {
    ...(run === undefined || wait === undefined ? {} : { cpu: run / 1e9, cpuPressure: wait / 1e9 }),
    ...(resident === undefined ? {} : { memory: Number(resident) * 1024 }),
  };
}

export interface InterfaceUsage {
  readonly received?: number;
  readonly sent?: number;
  readonly receivedPackets?: number;
  readonly sentPackets?: number;
}

/** The interface of the instance that the process belongs to. */
export const readInterface = (files: KernelFiles, pid: number): InterfaceUsage =>
  interfaceIn(files.read(`/proc/${pid}/net/dev`) ?? "");

/** Eight columns received, eight sent: octets and packets are the first two of each. Pure. */
export function interfaceIn(text: string): InterfaceUsage {
  const line = /^ *eth0: *(.*)$/m.exec(text)?.[1];
  if (line === undefined) return {};
  const fields = line.trim().split(/ +/).map(Number);
  const [received = 0, receivedPackets = 0] = fields;
  const [sent = 0, sentPackets = 0] = fields.slice(8);
  return { received, receivedPackets, sent, sentPackets };
}
