/** Whether what is written at a path stays in memory. */
import type { Files } from "@netwright/contract";

export const isInMemory = async (files: Pick<Files, "read">, path: string): Promise<boolean> =>
  inMemory((await files.read("/proc/self/mountinfo")) ?? "", path);

/** Reads /proc/self/mountinfo (proc(5)): of mounts on the way to the path the deepest counts, of those at one place the last. Pure. */
export function inMemory(mountinfo: string, path: string): boolean {
  let found = { mount: "", type: "" };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const mount = before.split(" ")[4] ?? "";
    if (mount === "" || !`${path}/`.startsWith(mount === "/" ? "/" : `${mount}/`)) continue;
    if (mount.length >= found.mount.length) found = { mount, type: after.split(" ")[0] ?? "" };
  }
  return found.type === "tmpfs" || found.type === "ramfs";
}
