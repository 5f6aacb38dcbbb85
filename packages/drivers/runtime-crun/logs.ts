/** Logs have a size: what is older than the last two pieces is forgotten. */
import { copyFile, readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { NodePaths } from "@netwright/contract";

/** Octets after which a log is moved aside. */
export const logSize = 8 * 1024 * 1024;

/**
 * Copies each log that has grown over the size to `NAME.log.1` and empties it. Writers keep their descriptors, which
 * append; lines written between copy and emptying are lost. Called by the agent from time to time.
 */
export async function rotateLogs(paths: NodePaths, size = logSize): Promise<readonly string[]> {
  const directory = join(paths.state, "logs");
  const rotated: string[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (!name.endsWith(".log") || (await stat(path)).size <= size) continue;
    await copyFile(path, `${path}.1`);
    await truncate(path);
    rotated.push(name);
  }
  return rotated;
}
