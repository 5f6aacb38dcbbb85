/** The real disk and standard input. */
import { open, readdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { messageOf } from "@netwright/base";
import type { ManifestReader } from "./read-manifests.ts";

export const nodeReader: ManifestReader = { list, read, absolute: (path) => resolve(path) };

async function list(path: string): Promise<readonly string[] | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return undefined;
  // Links to directories are not followed: they could lead around in a circle.
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .toSorted();
}

async function read(path: string, max: number): Promise<Uint8Array | string> {
  try {
    await using handle = await open(path === "-" ? "/dev/stdin" : path, "r");
    const chunks: Buffer[] = [];
    let size = 0;
    while (size <= max) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(65_536, max + 1 - size)));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    return reason(error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is no directory",
  ELOOP: "links lead around in a circle",
};

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return reasons[code ?? ""] ?? messageOf(error);
}
