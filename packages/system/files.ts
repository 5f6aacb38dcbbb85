/** Files, written whole or not at all. */
import { randomBytes } from "node:crypto";
import { access, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Files } from "@netwright/contract";

export const nodeFiles: Files = {
  read: (path) => unlessMissing(readFile(path, "utf8"), undefined),
  list: async (path) => (await unlessMissing(readdir(path), [])).toSorted((a, b) => (a < b ? -1 : 1)),
  remove: (path) => rm(path, { recursive: true, force: true }),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  write: async (path, content, mode = 0o644) => {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomBytes(4).toString("hex")}.new`;
    try {
      const handle = await open(temporary, "wx", mode);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  },
};

async function unlessMissing<T, M>(action: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await action;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return missing;
    throw error;
  }
}
