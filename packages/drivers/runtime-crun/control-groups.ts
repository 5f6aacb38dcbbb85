/**
 * Control groups are made and written here and not by crun: it refuses machines that mount both versions, leaves
 * directories behind, and removes the group, with its count of out-of-memory kills, before anybody can read it.
 * Pure.
 */
import type { Resources } from "@netwright/contract";
import { ioLimits } from "./io-limits.ts";

// `cpuacct` limits nothing: it counts CPU time, which version 2 does in `cpu`.
const controllers = ["cpu", "cpuacct", "memory", "pids", "io"] as const;
export type Controller = (typeof controllers)[number];

/** What version 1 calls it. */
const v1Name = (controller: Controller): string => (controller === "io" ? "blkio" : controller);

/** Where each controller can be set; absent where the kernel or the mounts do not offer it. */
export type Hierarchies = Partial<Record<Controller, Hierarchy>>;

export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mount: string;
}

/**
 * Reads /proc/self/mountinfo (proc(5)). Version 2 serves what `v2Controllers` (its root's `cgroup.controllers`) lists.
 * Of several mounts at one place the last hides the others.
 */
export function parseHierarchies(mountinfo: string, v2Controllers: string): Hierarchies {
  const visible = new Map<string, { readonly type: string; readonly options: readonly string[] }>();
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [type = "", , options = ""] = after.split(" ");
    const mount = before.split(" ")[4];
    if (mount === undefined || !mount.startsWith("/sys/fs/cgroup")) continue;
    // A mount over a directory hides all that was mounted below it before.
    for (const other of visible.keys()) if (`${other}/`.startsWith(`${mount}/`)) visible.delete(other);
    visible.set(mount, { type, options: options.split(",") });
  }
  const offered = v2Controllers.trim().split(" ");
  const found: Hierarchies = {};
  for (const controller of controllers) {
    for (const [mount, { type, options }] of visible) {
      if (type === "cgroup" && options.includes(v1Name(controller))) found[controller] = { version: 1, mount };
      if (type === "cgroup2" && offered.includes(controller)) found[controller] ??= { version: 2, mount };
    }
  }
  return found;
}

/** The mount point of version 2, where there is one. */
export function unifiedMount(mountinfo: string): string | undefined {
  const line = mountinfo.split("\n").findLast((text) => text.includes(" - cgroup2 "));
  return line?.split(" ")[4];
}

/** Each hierarchy once. */
export function mountsOf(hierarchies: Hierarchies): readonly Hierarchy[] {
  const all = controllers.flatMap((controller) => hierarchies[controller] ?? []);
  return all.filter((one, index) => all.findIndex(({ mount }) => mount === one.mount) === index);
}

export interface Assignment {
  readonly file: string;
  readonly value: string;
  /** Kernels without swap accounting lack the file. */
  readonly optional?: true;
}

/** Microseconds over which a quota of CPU time is counted. */
const period = 100_000;

/** The tini and the crun process that stand beside the workload's own in its group. */
const ownProcesses = 2;

/**
 * The files of the group that set its limits, in the order they must be written.
 * @param disk `MAJOR:MINOR` of the disk that images and what is written over them are on; null where there is none
 */
export function limits(
  resources: Resources,
  hierarchies: Hierarchies,
  group: string,
  disk: string | null,
): readonly Assignment[] {
  const { cpu, memory, pids, io } = hierarchies;
  const { cpuMillis, memoryBytes } = resources;
  const write = ({ mount }: Hierarchy, file: string, value: number) => ({
    file: `${mount}${group}/${file}`,
    value: `${value}`,
  });
  const quota = cpuMillis === null ? undefined : (cpuMillis * period) / 1000;
  return [
    ...(cpu !== undefined && quota !== undefined
      ? cpu.version === 1
        ? [write(cpu, "cpu.cfs_period_us", period), write(cpu, "cpu.cfs_quota_us", quota)]
        : [{ file: `${cpu.mount}${group}/cpu.max`, value: `${quota} ${period}` }]
      : []),
    ...(memory !== undefined && memoryBytes !== null
      ? memoryLimits(`${memory.mount}${group}`, memory.version, memoryBytes)
      : []),
    ...(pids === undefined ? [] : [write(pids, "pids.max", resources.pids + ownProcesses)]),
    ...(io === undefined || resources.io === undefined || disk === null
      ? []
      : ioLimits(resources.io, io.version, `${io.mount}${group}`, disk)),
  ];
}

/** Memory that may not be swapped out instead. Version 1 counts memory and swap together, and wants the smaller first. */
function memoryLimits(directory: string, version: 1 | 2, octets: number): readonly Assignment[] {
  return version === 1
    ? [
        { file: `${directory}/memory.limit_in_bytes`, value: `${octets}` },
        { file: `${directory}/memory.memsw.limit_in_bytes`, value: `${octets}`, optional: true },
      ]
    : [
        { file: `${directory}/memory.max`, value: `${octets}` },
        { file: `${directory}/memory.swap.max`, value: "0", optional: true },
      ];
}

/** What is asked for and has no effect here, in words. */
export function unmetLimits(resources: Resources, hierarchies: Hierarchies, disk: string | null): readonly string[] {
  const asked = {
    cpu: resources.cpuMillis !== null,
    memory: resources.memoryBytes !== null,
    pids: true,
    io: resources.io !== undefined,
  };
  const missing = (["cpu", "memory", "pids", "io"] as const).filter(
    (name) => asked[name] && hierarchies[name] === undefined,
  );
  const diskless = asked.io && disk === null && hierarchies.io !== undefined;
  return [
    ...missing.map((name) => `its limit of ${name} has no effect: this host has no control group hierarchy with it`),
    ...(diskless ? ["its limits of io hold for volumes only: the agent's state directory is on no disk"] : []),
  ];
}

/** The file of the group that counts out-of-memory kills, in a line `oom_kill N`. */
export function killCountFile(hierarchies: Hierarchies, group: string): string | undefined {
  const { memory } = hierarchies;
  if (memory === undefined) return undefined;
  return `${memory.mount}${group}/${memory.version === 1 ? "memory.oom_control" : "memory.events"}`;
}
