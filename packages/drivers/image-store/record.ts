/** What is known of an image that is whole in the store: written last, so that where it is there, everything is. */
import { isDigest, type Digest, type Instant } from "@netwright/base";
import type { Files, NodePaths } from "@netwright/contract";
import type { ImageUser } from "./image-user.ts";
import { layerPath, recordPath, recordsDirectory } from "./layout.ts";
import type { StoredLayer } from "./unpack-layer.ts";

export interface ImageRecord {
  /** What a HostState names: of a manifest, or of a list of them. */
  readonly digest: Digest;
  /** From the bottom up. */
  readonly layers: readonly StoredLayer[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly stopSignal: string;
  readonly user: ImageUser;
  /** Compressed blobs in the store that are this image's: manifests, configuration, layers; empty where it was read in place. */
  readonly blobs: readonly Digest[];
  /** When it was fetched, or a container or a state ceased to use it. */
  readonly usedAt: Instant;
}

type Reader = Pick<Files, "read" | "list" | "exists">;

/** Undefined unless the image and all its layers are there. */
export async function readImage(files: Reader, paths: NodePaths, digest: Digest): Promise<ImageRecord | undefined> {
  const text = await files.read(recordPath(paths, digest));
  if (text === undefined) return undefined;
  const record = parseRecord(text, digest);
  if (record === undefined) return undefined;
  const present = await Promise.all(record.layers.map(({ id }) => files.exists(layerPath(paths, id))));
  return present.every(Boolean) ? record : undefined;
}

export async function listImages(files: Reader, paths: NodePaths): Promise<readonly ImageRecord[]> {
  const names = await files.list(recordsDirectory(paths));
  const records = names.map(async (name) => {
    const digest = `sha256:${name.replace(/\.json$/, "")}`;
    return isDigest(digest) ? readImage(files, paths, digest) : undefined;
  });
  return (await Promise.all(records)).filter((record) => record !== undefined);
}

export async function writeImage(files: Pick<Files, "write">, paths: NodePaths, record: ImageRecord): Promise<void> {
  await files.write(recordPath(paths, record.digest), JSON.stringify(record), 0o600);
}

/** Files are written whole; one that cannot be read was damaged, and the image is fetched again. */
function parseRecord(text: string, digest: Digest): ImageRecord | undefined {
  try {
    const record = JSON.parse(text) as ImageRecord;
    return record.digest === digest && Array.isArray(record.layers) ? record : undefined;
  } catch {
    return undefined;
  }
}
