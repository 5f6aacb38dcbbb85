/** An image, from wherever its name says, into the store: whole or not at all. */
import { statfs } from "node:fs/promises";
import { isNetwrightError, NetwrightError, type Digest, type StoredImageReference } from "@netwright/base";
import { archiveSource } from "./archive-source.ts";
import type { FetchContext, FetchedImage, ImageSource } from "./fetched-image.ts";
import { parseImageConfig, type ImageConfig } from "./image-config.ts";
import { resolveUser } from "./image-user.ts";
import { blobPath, layerPath } from "./layout.ts";
import { smallFile } from "./layers-below.ts";
import { layoutSource } from "./layout-source.ts";
import type { Platform } from "./manifest.ts";
import { readImage, writeImage, type ImageRecord } from "./record.ts";
import { registrySource } from "./registry-source.ts";
import { findLayer, unpackLayer, type LayerSource, type StoredLayer } from "./unpack-layer.ts";
import { unusable } from "./unusable.ts";

export interface PullContext extends FetchContext {
  /** By diff_id: layers that some pull unpacks at this moment, shared by all pulls of a host. */
  readonly layersUnderWay: Map<Digest, Promise<StoredLayer>>;
}

const sources: { readonly [K in StoredImageReference["kind"]]: ImageSource<never> } = {
  Registry: registrySource,
  Layout: layoutSource,
  Archive: archiveSource,
};

/** The digest that the name stands for now. @throws NW1602, NW1608 to NW1611 */
export function resolveImage(context: FetchContext, reference: StoredImageReference): Promise<Digest> {
  return sources[reference.kind].resolve(context, reference as never);
}

/** @throws NW1601, NW1602, NW1608 to NW1611; then nothing of the image is in use, and what was fetched shortens the next try. */
export async function pullImage(
  context: PullContext,
  reference: StoredImageReference,
  digest: Digest,
): Promise<ImageRecord> {
  const { files, paths } = context.system;
  const known = await readImage(files, paths, digest);
  if (known !== undefined) return known;
  return sources[reference.kind].fetch(context, reference as never, digest, async (image) => {
    const record = await unpackImage(context, digest, image);
    await writeImage(files, paths, record);
    return record;
  });
}

async function unpackImage(context: PullContext, digest: Digest, image: FetchedImage): Promise<ImageRecord> {
  const config = parseImageConfig(image.config);
  checkPlatform(config.platform, context.platform);
  const sourcesOfLayers = layersOf(image, config);
  await checkRoom(context, sourcesOfLayers);
  const layers: StoredLayer[] = [];
  const total = sourcesOfLayers.reduce((sum, { size }) => sum + size, 0);
  let [done, octets] = [0, 0];
  for (const layer of sourcesOfLayers) {
    context.onProgress({ step: "Unpacking", done, total });
    const lower = layers.map(({ id }) => id);
    const stored = await unpackOnce(context, layer, lower, context.limits.octets - octets);
    octets += stored.size;
    done += layer.size;
    layers.push(stored);
  }
  const { entrypoint, cmd, env, workingDir, stopSignal, user } = config;
  const stack = layers.map(({ id }) => layerPath(context.system.paths, id));
  return {
    digest,
    layers,
    entrypoint,
    cmd,
    env,
    workingDir,
    stopSignal,
    user: resolveUser(user, smallFile(stack, "etc/passwd"), smallFile(stack, "etc/group")),
    blobs: image.blobs,
    usedAt: context.system.clock.now(),
  };
}

function checkPlatform(made: Platform, own: Platform): void {
  if (made.os === own.os && made.architecture === own.architecture) return;
  const text = `${own.os}/${own.architecture}`;
  throw unusable(`it is made for ${made.os}/${made.architecture}, not for ${text}`, `build it for ${text}`);
}

function layersOf({ manifest, blobPath: pathOf }: FetchedImage, { diffIds }: ImageConfig): readonly LayerSource[] {
  if (manifest.layers.length !== diffIds.length) {
    throw unusable(`its manifest names ${manifest.layers.length} layers, its configuration ${diffIds.length}`);
  }
  if (diffIds.length === 0) throw unusable("it has no layers");
  return manifest.layers.map((layer, index) => ({
    path: pathOf(layer),
    digest: layer.digest,
    size: layer.size,
    compression: layer.compression,
    diffId: diffIds[index] as Digest,
  }));
}

/** Compressed sizes are the least that an image takes; how much more it is shows only on the way. */
async function checkRoom({ system: { paths }, limits }: PullContext, layers: readonly LayerSource[]): Promise<void> {
  const least = layers.reduce((sum, { size }) => sum + size, 0);
  if (least > limits.octets) throw unusable(`it has more than ${limits.octets} octets`, "make the image smaller");
  const { bavail, bsize } = await statfs(paths.state);
  if (least <= bavail * bsize) return;
  throw new NetwrightError("NW1601", `it needs ${least} octets, and the disk has room for ${bavail * bsize}`, {
    hint: "make room in the agent's state directory",
  });
}

/** Two images with one layer unpack it once, also when they come at the same time. */
async function unpackOnce(
  context: PullContext,
  layer: LayerSource,
  lower: readonly Digest[],
  octets: number,
): Promise<StoredLayer> {
  const { layersUnderWay: underWay, system, limits, signal } = context;
  const { diffId } = layer;
  for (;;) {
    const known = await findLayer(system.paths, diffId, lower);
    if (known !== undefined) return known;
    const other = underWay.get(diffId);
    if (other === undefined) break;
    // When it fails, it is this one's turn, with its own blob.
    await other.catch(() => {});
  }
  const unpacking = unpackLayer(system.paths, layer, lower, { octets, entries: limits.entries }, signal);
  underWay.set(diffId, unpacking);
  try {
    return await unpacking;
  } catch (error) {
    const isDamaged = isNetwrightError(error) && ["NW1610", "NW1611"].includes(error.code);
    // What is wrong in the store is fetched anew.
    if (isDamaged && layer.path === blobPath(system.paths, layer.digest)) await system.files.remove(layer.path);
    throw error;
  } finally {
    underWay.delete(diffId);
  }
}
