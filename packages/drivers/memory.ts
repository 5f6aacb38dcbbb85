/** Whether what is written at a path stays in memory. */
import { NetwrightError } from "@netwright/base";
import type { Files, NodeSystem } from "@netwright/contract";

/** @throws NW1613 where secrets would be written to a disk. */
export async function assertInMemory({ files, paths: { run } }: Pick<NodeSystem, "files" | "paths">): Promise<void> {
  if (await isInMemory(files, run)) return;
  throw new NetwrightError("NW1613", `${run} is not in memory: secrets are not written there`, {
    hint: "start the agent with --run below /run",
  });
}

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
