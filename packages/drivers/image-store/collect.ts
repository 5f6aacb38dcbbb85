/** What the store may forget. Never what a container or a wanted state uses; the rest only when it grows too large. */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { isDigest, type Digest } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { chooseGarbage, type Garbage, type Stored } from "./garbage.ts";
import {
  blobPath,
  blobsDirectory,
  layerPath,
  layersDirectory,
  recordPath,
  sizePath,
  workDirectory,
  writableDirectory,
} from "./layout.ts";
import { listImages, writeImage } from "./record.ts";

export interface CollectOptions {
  /** Digests of images that a container runs or a state wants. */
  readonly used: ReadonlySet<Digest>;
  /** Octets that the store may have: blobs as they are, layers as their archives were. */
  readonly bound: number;
}

/** Nothing may be fetched meanwhile. @returns the images that went, and the octets that are left. */
export async function collectImages(
  system: NodeSystem,
  { used, bound }: CollectOptions,
): Promise<Pick<Garbage, "images" | "octets">> {
  const { files, paths } = system;
  const garbage = chooseGarbage(await stored(system), used, bound);
  // A record goes before what it promises.
  for (const digest of garbage.images) await files.remove(recordPath(paths, digest));
  for (const digest of garbage.blobs) await files.remove(blobPath(paths, digest));
  for (const id of garbage.layers) await removeWhole(system, layerPath(paths, id), sizePath(paths, id));
  return garbage;
}

/** Whoever removes in place may be killed half-way: a layer is renamed away first. */
async function removeWhole(system: NodeSystem, path: string, note: string): Promise<void> {
  const away = await setAside(system, path);
  await rm(away, { recursive: true, force: true });
  await rm(note, { force: true });
}

/** @returns where it is now; the next sweep removes it. */
async function setAside({ paths }: NodeSystem, path: string): Promise<string> {
  const away = `${workDirectory(paths)}/gone-${randomBytes(6).toString("hex")}`;
  await mkdir(workDirectory(paths), { recursive: true, mode: 0o700 });
  await rename(path, away);
  return away;
}

async function stored({ files, paths }: NodeSystem): Promise<Stored> {
  const [images, blobs, layers] = await Promise.all([
    listImages(files, paths),
    sized(`${blobsDirectory(paths)}/sha256`, (digest) => blobPath(paths, digest)),
    files.list(layersDirectory(paths)),
  ]);
  const ids = layers.map((name) => `sha256:${name}`).filter(isDigest);
  const sizes = await Promise.all(
    ids.map(async (id) => [id, Number((await files.read(sizePath(paths, id))) ?? 0)] as const),
  );
  return { images, blobs, layers: new Map(sizes) };
}

async function sized(directory: string, pathOf: (digest: Digest) => string): Promise<ReadonlyMap<Digest, number>> {
  const names = await readdir(directory).catch(() => []);
  const digests = names.map((name) => `sha256:${name}`).filter(isDigest);
  const sizes = digests.map(async (digest) => [digest, (await stat(pathOf(digest))).size] as const);
  return new Map(await Promise.all(sizes));
}

/**
 * What containers wrote that are gone is out of the way of others of their names; the next sweep removes it. It takes no
 * longer the more there is of it.
 * @param generations those that are there; asked for after what they wrote is listed, as others may start meanwhile
 */
export async function setAsideWritten(
  system: NodeSystem,
  generations: () => Promise<readonly string[]>,
): Promise<void> {
  const { files, paths } = system;
  const written = await files.list(writableDirectory(paths));
  const living = new Set(await generations());
  for (const name of written.filter((each) => !living.has(each)))
    await setAside(system, `${writableDirectory(paths)}/${name}`);
}

/** After a start: what earlier ones left half-done. */
export async function sweepImages({ files, paths }: NodeSystem): Promise<void> {
  await files.remove(workDirectory(paths));
  // A note whose layer was never renamed into place.
  for (const name of await files.list(layersDirectory(paths))) {
    const path = `${layersDirectory(paths)}/${name}`;
    const orphan =
      name.endsWith(".octets") && (await lstat(path.slice(0, -".octets".length)).catch(() => undefined)) === undefined;
    if (orphan) await files.remove(path);
  }
}

/** Nobody uses these any more: from now on they age. */
export async function markUsed({ files, paths, clock }: NodeSystem, digests: ReadonlySet<Digest>): Promise<void> {
  for (const record of await listImages(files, paths)) {
    if (digests.has(record.digest)) await writeImage(files, paths, { ...record, usedAt: clock.now() });
  }
}
