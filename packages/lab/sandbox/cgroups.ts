/** Where a lab's cgroups stand, and how they are taken away. */
import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { mountFlags } from "./kernel-calls.ts";

export interface CgroupLayout {
  readonly version: "v1" | "v2";
  readonly hierarchies: readonly { readonly mountPoint: string; readonly options: string }[];
}

/**
 * The hierarchies that limits bite in: v1 alone where the memory controller is bound to v1 (crun refuses both
 * together), the one v2 hierarchy elsewhere. Pure.
 * @param mountinfo /proc/self/mountinfo @param cgroups /proc/cgroups
 */
export function cgroupLayout(mountinfo: string, cgroups: string): CgroupLayout {
  const mounts = mountinfo.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [type = "", , options = ""] = after.split(" ");
    return type === "cgroup" || type === "cgroup2"
      ? [{ type, mountPoint: before.split(" ")[4] as string, options }]
      : [];
  });
  const memoryInV1 = /^memory\t[1-9]/m.test(cgroups);
  const chosen = mounts.filter(({ type }) => type === (memoryInV1 ? "cgroup" : "cgroup2"));
  // Mounts may lie over each other; the last one at a place is the one that is seen.
  const seen = new Map(chosen.map(({ mountPoint, options }) => [mountPoint, v1Options(options)]));
  const hierarchies = [...seen].map(([mountPoint, options]) => ({ mountPoint, options }));
  return memoryInV1 ? { version: "v1", hierarchies } : { version: "v2", hierarchies: hierarchies.slice(0, 1) };
}

/** What distinguishes one v1 hierarchy: its controllers, or its name when it has none. */
function v1Options(options: string): string {
  const words = options
    .split(",")
    .filter((word) => !["rw", "ro", "xattr", "clone_children"].includes(word) && !word.startsWith("release_agent="));
  return words.some((word) => word.startsWith("name=")) ? `none,${words.join(",")}` : words.join(",");
}

export interface CgroupMount {
  readonly target: string;
  readonly type: "cgroup" | "cgroup2" | "tmpfs";
  readonly flags: number;
  readonly options: string;
}

/** What shows the sandbox its own part of each hierarchy. Pure. */
export function cgroupMounts({ version, hierarchies }: CgroupLayout): readonly CgroupMount[] {
  const root = "/sys/fs/cgroup";
  if (hierarchies.length === 0) return [];
  if (version === "v2") return [{ target: root, type: "cgroup2", flags: mountFlags.guarded, options: "" }];
  return [
    { target: root, type: "tmpfs", flags: mountFlags.plain, options: "mode=755" },
    ...hierarchies.map(({ mountPoint, options }) => ({
      target: `${root}/${mountPoint.slice(mountPoint.lastIndexOf("/") + 1)}`,
      type: "cgroup" as const,
      flags: mountFlags.plain,
      options,
    })),
  ];
}

export async function readCgroupLayout(): Promise<CgroupLayout> {
  return cgroupLayout(await readFile("/proc/self/mountinfo", "utf8"), await readFile("/proc/cgroups", "utf8"));
}

/** Removes a cgroup directory with all below it. False when a process is still in it. */
export async function removeCgroup(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory() && !(await removeCgroup(join(path, entry.name)))) return false;
  }
  try {
    await rmdir(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
  return true;
}
