/** `lab down`: no trace is left, neither of what other sandboxes lost. */
import { existsSync } from "node:fs";
import { seconds } from "@netwright/base";
import type { LabContext } from "../context.ts";
import { runStage, type OnProgress } from "../progress.ts";
import { withLabLock } from "../record/lock.ts";
import { defaultLabName, labPaths } from "../record/paths.ts";
import { readCgroupLayout } from "../sandbox/cgroups.ts";
import { sweepCgroups } from "../sandbox/lab-cgroups.ts";
import { labNames } from "./list.ts";
import { removeLab, removeLabDirectory } from "./remove.ts";

export interface DownOptions {
  /** `default` when left out. */
  readonly name?: string;
  /** Every lab of this machine. */
  readonly all?: boolean;
  readonly onProgress?: OnProgress;
}

/** @returns the names of the labs that were there; none is no error. @throws NW1702 when another command is changing one. */
export async function down(
  context: LabContext,
  { name, all = false, onProgress = () => {} }: DownOptions,
): Promise<readonly string[]> {
  const names = all ? await labNames(context) : [name ?? defaultLabName];
  const removed: string[] = [];
  for (const each of names) {
    const paths = labPaths(each);
    if (!existsSync(paths.directory)) continue;
    await withLabLock(paths, seconds(60), async () => {
      await runStage(
        context.clock,
        onProgress,
        "down",
        () => removeLab(context, paths),
        () => each,
      );
      await removeLabDirectory(paths);
    });
    removed.push(each);
  }
  await sweepCgroups(await readCgroupLayout());
  return removed;
}
