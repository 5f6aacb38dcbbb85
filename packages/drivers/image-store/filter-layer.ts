/**
 * A layer's archive as it comes from a registry, turned into one that is safe to extract as root and makes a lower
 * directory of an overlay: every name is below the root and reached through no link, hard links stay within, there are
 * no devices, no attributes, and what a layer takes away has become whiteouts. Pure; keeps names, never contents.
 */
import { ArchiveReader } from "./archive-reader.ts";
import { LayerTree, type Below, type Entry } from "./layer-tree.ts";
import { endOfArchive, isZero, padding, readHeader, readRecords, writeHeader, type TarHeader } from "./tar-header.ts";
import { unusable } from "./unusable.ts";

export interface LayerLimits {
  /** Octets of the archive, before it was compressed. */
  readonly octets: number;
  /** Files, directories and links. */
  readonly entries: number;
}

/** Octets of all names together: they are kept in memory. */
const nameOctetsPerEntry = 256;
/** An extended header or a long name. */
const extensionMax = 64 * 1024;
/** Whatever is marked so but is not a whiteout belongs to aufs. */
const whiteoutPrefix = ".wh.";

/** @param below what the layers below have at a path */
export async function* filterLayer(
  archive: AsyncIterable<Uint8Array>,
  limits: LayerLimits,
  below?: (path: string) => Below | undefined,
): AsyncGenerator<Buffer> {
  const reader = new ArchiveReader(bounded(archive, limits.octets));
  const tree = new LayerTree(below);
  let entries = 0;
  let names = 0;
  for await (const header of headersOf(reader)) {
    names += header.name.length + header.linkName.length;
    if (++entries > limits.entries || names > limits.entries * nameOctetsPerEntry) {
      throw unusable(`a layer has more than ${limits.entries} files`, "make the image smaller");
    }
    const made = entriesFor(tree, header);
    for (const { header: own, attributes } of made) yield writeHeader(own, attributes);
    const size = contentOf(header);
    if (made.at(-1)?.header.type !== "0") {
      await reader.skip(size);
      await reader.skipPadding(padding(size));
      continue;
    }
    yield* reader.run(size);
    await reader.skipPadding(padding(size));
    yield Buffer.alloc(padding(size));
  }
  yield endOfArchive;
}

async function* bounded(archive: AsyncIterable<Uint8Array>, octets: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of archive) {
    seen += chunk.length;
    if (seen > octets) throw unusable(`a layer has more than ${octets} octets`, "make the image smaller");
    yield chunk;
  }
}

/** Of links and directories it means nothing, whatever it says. */
const contentOf = ({ type, size }: TarHeader): number => (type === "0" ? size : 0);

function entriesFor(tree: LayerTree, header: TarHeader): readonly Entry[] {
  const path = header.name.replace(/\/+$/, "");
  const slash = path.lastIndexOf("/");
  const directory = path.slice(0, slash + 1);
  const base = path.slice(slash + 1);
  if (!base.startsWith(whiteoutPrefix)) return tree.add(header);
  if (base === ".wh..wh..opq") return tree.opaque(directory);
  const hidden = base.slice(whiteoutPrefix.length);
  if (hidden.startsWith(whiteoutPrefix)) return [];
  if (hidden === "" || hidden === "." || hidden === "..") throw unusable("a layer has a whiteout of nothing");
  return tree.whiteout(directory, hidden);
}

const known = new Set(["0", "1", "2", "5", "6"]);
const kinds: Readonly<Record<string, string>> = { 3: "device node", 4: "device node", S: "sparse file" };

/** Headers of entries, with what extended headers and long names before them say. Contents are the caller's to read. */
export async function* headersOf(reader: ArchiveReader): AsyncGenerator<TarHeader> {
  let name: string | undefined;
  let linkName: string | undefined;
  let records: ReadonlyMap<string, string> = new Map();
  for (let block = await reader.block(); block !== undefined; block = await reader.block()) {
    if (isZero(block)) return reader.drain();
    const header = readHeader(block);
    if ("xgLK".includes(header.type)) {
      const content = await extension(reader, header);
      if (header.type === "x") records = readRecords(content);
      if (header.type === "L") name = untilNul(content);
      if (header.type === "K") linkName = untilNul(content);
      continue;
    }
    const whole = extended({ ...header, name: name ?? header.name, linkName: linkName ?? header.linkName }, records);
    if (!known.has(whole.type)) {
      const kind = kinds[whole.type] ?? `entry of type ${JSON.stringify(whole.type)}`;
      throw unusable(`a layer has a ${kind}: ${JSON.stringify(whole.name)}`, "leave it out of the image");
    }
    yield whole;
    name = undefined;
    linkName = undefined;
    records = new Map();
  }
}

async function extension(reader: ArchiveReader, { size }: TarHeader): Promise<Buffer> {
  if (size > extensionMax) throw unusable("a layer's archive has a name that is too long");
  const content = await reader.octets(size);
  await reader.skip(padding(size));
  return content;
}

const untilNul = (octets: Buffer): string => octets.toString("latin1").split("\0", 1)[0] ?? "";

/** Attributes of files are left out: a workload gains no privilege by them, and one could forge the overlay's own. */
function extended(header: TarHeader, records: ReadonlyMap<string, string>): TarHeader {
  if (records.size === 0) return inRange(header);
  for (const key of records.keys()) {
    if (key.startsWith("GNU.sparse."))
      throw unusable("a layer has a sparse file", "leave out the option for sparse files");
  }
  const number = (key: string, otherwise: number): number => {
    const text = records.get(key);
    return text === undefined ? otherwise : Math.trunc(Number(text));
  };
  const name = records.get("path") ?? header.name;
  return inRange({
    ...header,
    name,
    linkName: records.get("linkpath") ?? header.linkName,
    uid: number("uid", header.uid),
    gid: number("gid", header.gid),
    size: number("size", header.size),
    mtime: number("mtime", header.mtime),
  });
}

const idMax = 0xffff_fffe;
const timeMax = 2 ** 33;

function inRange(header: TarHeader): TarHeader {
  const { uid, gid, size, mtime } = header;
  const fits = (value: number, max: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= max;
  if (!fits(uid, idMax) || !fits(gid, idMax) || !fits(size, Number.MAX_SAFE_INTEGER)) {
    throw unusable("a number in a layer's archive is out of range");
  }
  return { ...header, mtime: fits(mtime, timeMax) ? mtime : 0 };
}
