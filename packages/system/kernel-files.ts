/** Files of procfs and cgroupfs, read at once. */
import { closeSync, openSync, readSync } from "node:fs";
import type { KernelFiles } from "@netwright/contract";

/** Larger than what the kernel gives at once; a longer file takes several reads. */
const buffer = Buffer.allocUnsafe(65_536);

export const kernelFiles: KernelFiles = {
  read: (path) => {
    let file: number | undefined;
    try {
      file = openSync(path, "r");
      return readAll(file);
    } catch {
      // A process or a group that has ended meanwhile.
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  },
};

function readAll(file: number): string {
  let text = "";
  for (;;) {
    const size = readSync(file, buffer, 0, buffer.length, null);
    if (size === 0) return text;
    text += buffer.toString("latin1", 0, size);
  }
}
