/** Ends a lab's processes and takes away what the kernel keeps of it. */
import { milliseconds, NetwrightError, seconds } from "@netwright/base";
import type { ProcessId } from "@netwright/contract";
import type { LabContext } from "../context.ts";
import type { LabPaths } from "../record/paths.ts";
import { readIdentity, readRecord, type LabRecord } from "../record/record.ts";
import { waitUntil } from "../wait.ts";
import { removeCgroup } from "./cgroups.ts";
import { processesLeft } from "./processes-left.ts";

/** The kernel ends a lab in a tenth of a second. Where many labs come and go at once they wait for each other in it. */
const patience = seconds(120);

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
  if (await waitUntil(context.clock, ended, patience, milliseconds(2))) return;
  const record = await readRecord(context.files, paths);
  const [cgroup] = record === undefined ? [] : cgroupsOf(record);
  const left = cgroup === undefined ? [] : await processesLeft(cgroup);
  const names = left.length > 0 ? left : ids.map(({ pid }) => `${pid}`);
  throw new NetwrightError("NW1703", `the lab's processes do not end: ${names.join(", ")}`, {
    hint: "a process in it may be stuck in the kernel; look at dmesg, and try again",
  });
}

const cgroupsOf = ({ cgroup }: Pick<LabRecord, "cgroup">): readonly string[] =>
  cgroup.mountPoints.map((mountPoint) => `${mountPoint}/${cgroup.name}`);

/** A cgroup can be removed some moments after its last process has ended. */
export async function removeCgroups(context: LabContext, record: Pick<LabRecord, "cgroup">): Promise<void> {
  for (const path of cgroupsOf(record)) {
    if (await waitUntil(context.clock, () => removeCgroup(path), patience, milliseconds(5))) continue;
    const left = await processesLeft(path);
    throw new NetwrightError("NW1703", `the cgroup ${path} cannot be removed`, {
      hint: left.length === 0 ? "see what is below it" : `still in it: ${left.join(", ")}`,
    });
  }
}
