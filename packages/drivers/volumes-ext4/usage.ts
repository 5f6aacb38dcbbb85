/** How full volumes are. A mounted file system is asked; of another one its superblock tells. Starts no process. */
import { open, statfs } from "node:fs/promises";
import type { NodePaths, VolumeUsage } from "@netwright/contract";
import { volumeFile } from "./layout.ts";

/** @param mounts by volume: a directory of each that is mounted now. @returns those that could be looked at */
export async function readUsage(
  paths: NodePaths,
  ids: readonly string[],
  mounts: ReadonlyMap<string, string>,
): Promise<readonly VolumeUsage[]> {
  const found = ids.map(async (id) => {
    const mount = mounts.get(id);
    // Either may be gone by now: the next look finds out.
    const usage = await (mount === undefined ? ofFile(volumeFile(paths, id)) : ofMount(mount)).catch(() => undefined);
    return usage === undefined ? [] : [{ id, ...usage }];
  });
  return (await Promise.all(found)).flat();
}

type Usage = Omit<VolumeUsage, "id">;

async function ofMount(path: string): Promise<Usage> {
  const { blocks, bfree, bsize } = await statfs(path);
  return { sizeBytes: blocks * bsize, usedBytes: (blocks - bfree) * bsize };
}

async function ofFile(path: string): Promise<Usage | undefined> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(superblock.size), 0, superblock.size, superblock.offset);
  return parseSuperblock(buffer);
}

/** Of ext4, as the kernel documents it (filesystems/ext4/globals, "Super Block"); little endian. */
const superblock = {
  offset: 1024,
  size: 1024,
  blocksLow: 0x4,
  freeLow: 0xc,
  /** Blocks have 2^(10 + this) octets. */
  logBlockSize: 0x18,
  magic: 0x38,
  incompatible: 0x60,
  blocksHigh: 0x150,
  freeHigh: 0x158,
  /** Blocks of the file system's own; 0 before it was first mounted. */
  overhead: 0x248,
} as const;
const magic = 0xef53;
/** INCOMPAT_64BIT: counters have upper halves. */
const wide = 0x80;

/** Undefined where there is no ext4. */
export function parseSuperblock(octets: Buffer): Usage | undefined {
  if (octets.length < superblock.size || octets.readUInt16LE(superblock.magic) !== magic) return undefined;
  const isWide = (octets.readUInt32LE(superblock.incompatible) & wide) !== 0;
  const count = (low: number, high: number): number =>
    octets.readUInt32LE(low) + (isWide ? octets.readUInt32LE(high) * 2 ** 32 : 0);
  const blockSize = 2 ** (10 + octets.readUInt32LE(superblock.logBlockSize));
  const blocks = count(superblock.blocksLow, superblock.blocksHigh) - octets.readUInt32LE(superblock.overhead);
  const free = count(superblock.freeLow, superblock.freeHigh);
  return { sizeBytes: blocks * blockSize, usedBytes: (blocks - free) * blockSize };
}
