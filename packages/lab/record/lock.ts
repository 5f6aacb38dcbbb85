/** One command at a time changes a lab. The kernel lets go of the lock when its holders end, however they end. */
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { NetwrightError, type Milliseconds } from "@netwright/base";
import { flock } from "./flock.ts";
import type { LabPaths } from "./paths.ts";

export interface LabLock {
  /** Inherited by the sandbox's first process until it can be found. */
  readonly descriptor: number;
}

/** Runs the action while holding the lab's lock. Creates the lab's directory. @throws NW1702 when others hold it for that long. */
export async function withLabLock<T>(
  paths: LabPaths,
  wait: Milliseconds,
  action: (lock: LabLock) => Promise<T>,
): Promise<T> {
  for (;;) {
    mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
    const descriptor = openLock(paths.lock);
    if (descriptor === undefined) continue;
    try {
      await acquire(descriptor, paths, wait);
      // Whoever held it before may have removed the lab and with it this very file.
      if (isCurrent(descriptor, paths.lock)) return await action({ descriptor });
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Undefined when the directory went away under our feet. */
function openLock(path: string): number | undefined {
  try {
    return openSync(path, "a", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isCurrent(descriptor: number, path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.ino === fstatSync(descriptor).ino;
}

async function acquire(descriptor: number, paths: LabPaths, wait: Milliseconds): Promise<void> {
  if (await flock(descriptor, wait)) return;
  throw new NetwrightError("NW1702", `another command is changing the lab in ${paths.directory}`, {
    hint: "wait until it has ended",
  });
}
