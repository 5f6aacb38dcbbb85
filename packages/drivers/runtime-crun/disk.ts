/** Which disk a directory is on, as the kernel counts disks. */
import type { Files } from "@netwright/contract";

/** `MAJOR:MINOR` of the whole disk; null where it is on none: in memory, or on several, as btrfs may be. */
export async function diskOf(files: Pick<Files, "read" | "exists">, directory: string): Promise<string | null> {
  const device = deviceOf((await files.read("/proc/self/mountinfo")) ?? "", directory);
  if (device === undefined || device.startsWith("0:")) return null;
  const known = `/sys/dev/block/${device}`;
  // A link to the partition's directory, which is in that of its disk.
  if (await files.exists(`${known}/partition`)) return (await files.read(`${known}/../dev`))?.trim() ?? null;
  return device;
}

/** Of the mount that a path is on: of several the last, deepest one (proc_pid_mountinfo(5), fields 3 and 5). Pure. */
export function deviceOf(mountinfo: string, path: string): string | undefined {
  let found: { readonly device: string; readonly depth: number } | undefined;
  for (const line of mountinfo.split("\n")) {
    const [, , device = "", , mount = ""] = line.split(" ");
    const isAbove = mount === "/" || path === mount || path.startsWith(`${mount}/`);
    if (device !== "" && isAbove && mount.length >= (found?.depth ?? 0)) found = { device, depth: mount.length };
  }
  return found?.device;
}
