/** Makes and removes volumes: whole or not at all. */
import { rename } from "node:fs/promises";
import { isNetwrightError, messageOf, NetwrightError, seconds } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import { volumeDirectory, volumeFile, workDirectory } from "./layout.ts";
import type { VolumeChange } from "./plan.ts";

export async function applyVolumes(system: NodeSystem, changes: readonly VolumeChange[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const change of changes) {
    try {
      await applyOne(system, change);
    } catch (error) {
      const code = isNetwrightError(error) ? error.code : "NW1601";
      problems.push({ slot: "volumes", code, message: `volume ${change.id}: ${messageOf(error)}`, subject: change.id });
    }
  }
  return problems;
}

async function applyOne(system: NodeSystem, change: VolumeChange): Promise<void> {
  if (change.kind === "Make") return make(system, change.id, change.sizeBytes);
  if (change.kind === "Remove") return remove(system, change.id);
  throw new NetwrightError("NW1614", "its data is not on this host any more", {
    hint: "put it back from a copy, or delete the volume to begin without its data",
  });
}

/** A large file system takes its time on a slow disk. */
const patience = seconds(60);

/** Its room is taken from the disk at once: a volume that is there can be filled. */
async function make(system: NodeSystem, id: string, sizeBytes: number): Promise<void> {
  const { files, paths } = system;
  const work = workDirectory(paths, id);
  await files.remove(work);
  await files.write(`${work}/ext4`, "", 0o600);
  try {
    await must(system, ["fallocate", "--length", `${sizeBytes}`, `${work}/ext4`]);
    await must(system, ["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard", `${work}/ext4`]);
  } catch (error) {
    await files.remove(work);
    throw error;
  }
  await rename(work, volumeDirectory(paths, id));
}

async function must(system: NodeSystem, command: readonly [string, ...string[]]): Promise<void> {
  const { code, stderr } = await system.runner.run(command, { timeout: patience });
  if (code !== 0) throw new NetwrightError("NW1601", stderr.trim().split("\n")[0] ?? `${command[0]} failed`);
}

/** Gone under its name first, so that half of it is never taken for a volume. */
async function remove(system: NodeSystem, id: string): Promise<void> {
  const { files, paths } = system;
  const { stdout } = await system.runner.run(["losetup", "--noheadings", "--associated", volumeFile(paths, id)]);
  if (stdout.trim() !== "") throw new NetwrightError("NW1605", "a container still uses it");
  const work = workDirectory(paths, id);
  await files.remove(work);
  await rename(volumeDirectory(paths, id), work);
  await files.remove(work);
}
