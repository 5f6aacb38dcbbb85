/** Takes a lab away, whatever state it is in. The caller holds its lock. */
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { LabContext } from "../context.ts";
import { labsDirectory, type LabPaths } from "../record/paths.ts";
import { readRecord } from "../record/record.ts";
import { endProcesses, removeCgroups } from "../sandbox/stop-sandbox.ts";

/**
 * Invariant: what finds a thing goes after the thing. Processes first; their identities, the cgroup's name and the
 * lock file are still there while anything else is.
 */
export async function removeLab(context: LabContext, paths: LabPaths): Promise<void> {
  // What nodes kept is most of all files. Nobody finds anything by it, so it goes while the kernel ends processes; what
  // one of those still writes goes below.
  const kept = rm(paths.state, { recursive: true, force: true }).catch(() => {});
  await endProcesses(context, paths);
  await kept;
  const record = await readRecord(context.files, paths);
  if (record !== undefined) await removeCgroups(context, record);
  const last = new Set([paths.lock, paths.record, paths.inner, paths.outer]);
  for (const name of await readdir(paths.directory)) {
    const path = join(paths.directory, name);
    if (!last.has(path)) await rm(path, { recursive: true, force: true });
  }
  for (const path of [paths.inner, paths.outer, paths.record]) await rm(path, { force: true });
}

/** The directories themselves, as far as no other lab needs them. The caller holds the lock: its file goes last. */
export async function removeLabDirectory(paths: LabPaths): Promise<void> {
  await rm(paths.lock, { force: true });
  for (const directory of [paths.directory, labsDirectory, join(labsDirectory, "..")]) {
    try {
      await rmdir(directory);
    } catch {
      return;
    }
  }
}
