/** What a stack of unpacked layers shows at a path: as an overlay of them would, without mounting it. */
import { lstatSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import type { Below } from "./layer-tree.ts";

/** Names of layers hold one octet a character. */
const octets = (path: string): Buffer => Buffer.from(path, "latin1");

/** From the top down: the first layer that has anything at the path. Nothing that a layer says is followed. */
function findIn(layers: readonly string[], path: string): { readonly at: Buffer; readonly found: Stats } | undefined {
  const parts = path.split("/");
  for (const layer of layers.toReversed()) {
    for (let depth = 1; depth <= parts.length; depth++) {
      const at = octets(`${layer}/${parts.slice(0, depth).join("/")}`);
      const found = lstatSync(at, { throwIfNoEntry: false });
      if (found === undefined) break;
      if (depth === parts.length) return found.isCharacterDevice() ? undefined : { at, found };
      // A whiteout, a link or a file in its place hides what is lower.
      if (!found.isDirectory()) return undefined;
    }
  }
  return undefined;
}

export function below(layers: readonly string[], path: string): Below | undefined {
  const entry = findIn(layers, path);
  if (entry === undefined) return undefined;
  const { mode, uid, gid, mtimeMs } = entry.found;
  if (entry.found.isSymbolicLink()) return { kind: "Symlink", target: readlinkSync(entry.at, "latin1") };
  if (!entry.found.isDirectory()) return undefined;
  return { kind: "Directory", mode: mode & 0o7777, uid, gid, mtime: Math.trunc(mtimeMs / 1000) };
}

const smallFileMax = 2 ** 20;

/** A small file as a container will see it; empty when there is none. Behind a link there is none. */
export function smallFile(layers: readonly string[], path: string): string {
  const entry = findIn(layers, path);
  return entry?.found.isFile() === true && entry.found.size <= smallFileMax ? readFileSync(entry.at, "utf8") : "";
}
