/** Ends a lab's processes and takes away what the kernel keeps of it. */
import { milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { ProcessId } from "@netwright/contract";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import { readIdentity, type LabRecord } from "../record/record.ts";
import { waitUntil } from "../wait.ts";
import { removeCgroup } from "./cgroups.ts";

/** Process 1 of the sandbox; undefined when it does not run. */
export async function sandboxProcess(context: LabContext, paths: LabPaths): Promise<ProcessId | undefined> {
  const inner = await readIdentity(context.files, paths.inner);
  return inner !== undefined && (await context.processes.alive(inner)) ? inner : undefined;
}

/** Resolves when no process of the lab is left. Either of the two ends the other and all else; one may have been lost. */
export async function endProcesses(context: LabContext, paths: LabPaths): Promise<void> {
  const found = await Promise.all([paths.outer, paths.inner].map((path) => readIdentity(context.files, path)));
  const ids = found.filter((id) => id !== undefined);
  for (const id of ids) await context.processes.signal(id, "SIGKILL");
  const ended = async () => {
    for (const id of ids) if (await context.processes.alive(id)) return false;
    return true;
  };
  if (await waitUntil(context.clock, ended, seconds(30), milliseconds(2))) return;
  throw new NetwrightError("NW1703", `the lab's processes do not end: ${ids.map(({ pid }) => pid).join(", ")}`, {
    hint: "a process in it may be stuck in the kernel; look at dmesg",
  });
}

/** A cgroup can be removed some moments after its last process has ended. */
export async function removeCgroups(context: LabContext, { cgroup }: Pick<LabRecord, "cgroup">): Promise<void> {
  for (const mountPoint of cgroup.mountPoints) {
    const path = `${mountPoint}/${cgroup.name}`;
    if (await waitUntil(context.clock, () => removeCgroup(path), seconds(10), milliseconds(5))) continue;
    throw new NetwrightError("NW1703", `the cgroup ${path} cannot be removed`, {
      hint: "a process is still in it; see its cgroup.procs",
    });
  }
}
