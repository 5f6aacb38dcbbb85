/**
 * One layer, from its blob into the directory that overlays have for a lower one. It is unpacked beside, checked,
 * written through to the disk, and only then renamed into place: where the directory is, the layer is whole.
 *
 * GNU tar writes the files. It is on every Debian machine, has decades of hostile archives behind it, and makes the
 * device nodes and attributes that whiteouts are, which Node cannot. It sees only what `filterLayer` has passed.
 */
import { spawn } from "node:child_process";
import { randomBytes, createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { access, chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { PassThrough, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { messageOf, NetwrightError, type Digest } from "@netwright/base";
import type { NodePaths } from "@netwright/contract";
import { filterLayer, type LayerLimits } from "./filter-layer.ts";
import type { Below } from "./layer-tree.ts";
import { below } from "./layers-below.ts";
import { layerPath, layersDirectory, sizePath, workDirectory } from "./layout.ts";
import type { Compression } from "./manifest.ts";
import { digestOfText } from "./stored-blobs.ts";
import { unusable } from "./unusable.ts";

export interface LayerSource {
  /** The blob. */
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly compression: Compression;
  /** Digest of what the blob holds, uncompressed. */
  readonly diffId: Digest;
}

/** A layer in the store. */
export interface StoredLayer {
  /** Of its directory: its diff_id, or, where it was completed by what lies below it, one of both together. */
  readonly id: Digest;
  /** Octets of its uncompressed archive. */
  readonly size: number;
}

/**
 * Some builders leave out the directories that lead to a layer's files. Such a layer has them as the layers below do,
 * and is another one above others.
 */
const idAbove = (diffId: Digest, lower: readonly Digest[]): Digest =>
  digestOfText(`${diffId} above ${lower.join(" ")}`);

/** Undefined when the layer is not in the store. */
export async function findLayer(
  paths: NodePaths,
  diffId: Digest,
  lower: readonly Digest[],
): Promise<StoredLayer | undefined> {
  for (const id of [diffId, idAbove(diffId, lower)]) {
    const size = await unpackedSize(paths, id);
    if (size !== undefined) return { id, size };
  }
  return undefined;
}

/** Octets of its archive; undefined when the layer is not in the store. */
async function unpackedSize(paths: NodePaths, id: Digest): Promise<number | undefined> {
  const present = await access(layerPath(paths, id)).then(
    () => true,
    () => false,
  );
  if (!present) return undefined;
  // Without its note the layer is good all the same; only its size is unknown.
  return Number(await readFile(sizePath(paths, id), "utf8").catch(() => "0"));
}

/**
 * @param lower the layers below, from the bottom up; they are in the store
 * @throws NW1610 when the blob or what it holds has another digest, NW1611 when it cannot be used, NW1601 when tar fails
 */
export async function unpackLayer(
  paths: NodePaths,
  layer: LayerSource,
  lower: readonly Digest[],
  limits: LayerLimits,
  signal: AbortSignal,
): Promise<StoredLayer> {
  const beside = `${workDirectory(paths)}/layer-${randomBytes(6).toString("hex")}`;
  await mkdir(beside, { recursive: true });
  try {
    // What the process may do by default is not what a container's user needs.
    await chmod(beside, 0o755);
    const stack = lower.map((id) => layerPath(paths, id));
    let dependent = false;
    const look = (path: string): Below | undefined => {
      dependent = true;
      return below(stack, path);
    };
    const size = await extract(layer, beside, limits, look, signal);
    const id = dependent ? idAbove(layer.diffId, lower) : layer.diffId;
    await flush(beside);
    await mkdir(layersDirectory(paths), { recursive: true, mode: 0o700 });
    await writeFile(sizePath(paths, id), `${size}`);
    await rename(beside, layerPath(paths, id));
    await flush(layersDirectory(paths));
    return { id, size };
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

const tarArguments = [
  "--extract",
  "--file=-",
  "--numeric-owner",
  "--same-owner",
  "--same-permissions",
  "--delay-directory-restore",
  "--xattrs",
  "--xattrs-include=trusted.overlay.opaque",
  "--warning=no-timestamp",
];

/** As little of a failing program's complaint as tells why. */
const complaintMax = 300;

async function extract(
  layer: LayerSource,
  directory: string,
  limits: LayerLimits,
  look: (path: string) => Below | undefined,
  signal: AbortSignal,
): Promise<number> {
  const tar = spawn("tar", [...tarArguments, `--directory=${directory}`], {
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
  });
  let complaint = "";
  tar.stderr.on(
    "data",
    (chunk: Buffer) => (complaint = `${complaint}${chunk.toString("latin1")}`.slice(0, complaintMax)),
  );
  const ended = once(tar, "close") as Promise<[number | null]>;
  // Awaited below; until then its failure is nobody's.
  ended.catch(() => {});
  const blob = new Checked(layer.digest, layer.size);
  const content = new Checked(layer.diffId, null);
  const filter = (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    filterLayer(content.pass(chunks), limits, look);
  const failure: unknown = await pipeline(
    createReadStream(layer.path, { highWaterMark: 2 ** 18 }),
    (chunks: AsyncIterable<Uint8Array>) => blob.pass(chunks),
    decompressor(layer.compression),
    filter,
    tar.stdin,
    { signal },
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  const [status] = await ended.catch((cause: unknown) => {
    throw new NetwrightError("NW1602", `tar cannot be started: ${messageOf(cause)}`, { cause });
  });
  if (failure !== undefined && !isBrokenPipe(failure)) throw readable(failure);
  if (status !== 0) throw new NetwrightError("NW1601", `a layer cannot be unpacked: ${complaint.trim()}`);
  blob.finish();
  return content.finish();
}

function decompressor(compression: Compression): Transform {
  const chunkSize = 2 ** 18;
  if (compression === "gzip") return createGunzip({ chunkSize });
  return compression === "zstd" ? createZstdDecompress({ chunkSize }) : new PassThrough();
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code);
const isBrokenPipe = (error: unknown): boolean => ["EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(codeOf(error));

function readable(error: unknown): unknown {
  if (/^(?:Z_|ZSTD_|ERR_ZLIB)/.test(codeOf(error))) return unusable(`a layer is damaged: ${messageOf(error)}`);
  if (codeOf(error) === "ENOENT") return new NetwrightError("NW1609", "a layer of it is not there", { cause: error });
  return error;
}

/** Passes octets on and knows at the end whether they were the right ones. */
class Checked {
  readonly #hash = createHash("sha256");
  readonly #digest: Digest;
  readonly #size: number | null;
  #octets = 0;
  #ended = false;

  constructor(digest: Digest, size: number | null) {
    this.#digest = digest;
    this.#size = size;
  }

  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#octets += chunk.length;
      if (this.#size !== null && this.#octets > this.#size) throw this.#wrong(`more than its ${this.#size} octets`);
      this.#hash.update(chunk);
      yield chunk;
    }
    this.#ended = true;
  }

  /** @returns how many octets there were. */
  finish(): number {
    if (!this.#ended) throw unusable("a layer has something behind its end");
    const found = `sha256:${this.#hash.digest("hex")}`;
    if (found !== this.#digest) throw this.#wrong(`the digest ${found}`);
    return this.#octets;
  }

  #wrong(found: string): NetwrightError {
    return new NetwrightError("NW1610", `a layer that should have the digest ${this.#digest} has ${found}`, {
      hint: "somebody changed it on its way or where it is kept: push the image anew",
    });
  }
}

/** Everything of that file system is on the disk, so that no rename comes before what it names. */
async function flush(path: string): Promise<void> {
  const child = spawn("sync", ["--file-system", path], { stdio: "ignore" });
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new NetwrightError("NW1601", "a layer cannot be written to the disk");
}
