/** Images of a registry, by skopeo, into the blobs of the store. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { milliseconds, NetwrightError, seconds, type Digest, type RegistryReference } from "@netwright/base";
import type { FetchContext, ImageSource } from "./fetched-image.ts";
import { blobPath, blobsDirectory, workDirectory } from "./layout.ts";
import { choosePlatform, parseManifest, type Descriptor, type ImageManifest } from "./manifest.ts";
import { copyLayers, readRawConfig, readRawManifest, type SkopeoOptions } from "./skopeo.ts";
import { digestOfText, proven, readBlob, writeBlob } from "./stored-blobs.ts";
import { unusable } from "./unusable.ts";

export const registrySource: ImageSource<RegistryReference> = {
  resolve: async (context, reference) => {
    if (reference.digest !== null) return reference.digest;
    const text = await readRawManifest(skopeoOf(context), reference, reference.tag ?? "latest");
    // Whoever fetches it next asks for the digest, and finds it here.
    parseManifest(text);
    return writeBlob(context.system.files, context.system.paths, text);
  },
  fetch: async (context, reference, digest, use) => {
    const { manifest, digests } = await manifestFor(context, reference, digest);
    const own = digests.at(-1) ?? digest;
    await fetchLayers(context, reference, own, manifest.layers);
    const config = await configOf(context, reference, own, manifest.config);
    const blobs = [...digests, manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)];
    return use({ manifest, config, blobs, blobPath: (layer) => blobPath(context.system.paths, layer.digest) });
  },
};

const skopeoOf = ({ system: { runner }, access, signal }: FetchContext): SkopeoOptions => ({ runner, access, signal });

/** Through the list of platforms where there is one. */
async function manifestFor(
  context: FetchContext,
  reference: RegistryReference,
  digest: Digest,
): Promise<{ readonly manifest: ImageManifest; readonly digests: readonly Digest[] }> {
  const outer = parseManifest(await manifestText(context, reference, digest));
  if (outer.kind === "Image") return { manifest: outer, digests: [digest] };
  const chosen = choosePlatform(outer, context.platform);
  const inner = parseManifest(await manifestText(context, reference, chosen.digest));
  if (inner.kind === "List") throw unusable("its list of platforms names another list");
  return { manifest: inner, digests: [digest, chosen.digest] };
}

async function manifestText(context: FetchContext, reference: RegistryReference, digest: Digest): Promise<string> {
  const { files, paths } = context.system;
  const known = await readBlob(files, paths, digest);
  if (known !== undefined) return known;
  const text = proven(await readRawManifest(skopeoOf(context), reference, digest), digest, "manifest");
  await writeBlob(files, paths, text);
  return text;
}

/** Among the blobs, unless the manifest is Docker's: then skopeo has left another one there, with another digest. */
async function configOf(
  context: FetchContext,
  reference: RegistryReference,
  manifest: Digest,
  { digest }: Descriptor,
): Promise<string> {
  const { files, paths } = context.system;
  const known = await readBlob(files, paths, digest);
  if (known !== undefined) return known;
  const text = await readRawConfig(skopeoOf(context), reference, manifest);
  // Some versions end their output with a line feed that the blob has not.
  const exact = digestOfText(text) === digest ? text : text.replace(/\n$/, "");
  await writeBlob(files, paths, proven(exact, digest, "configuration"));
  return exact;
}

/** Between two looks at how far it is. */
const lookInterval = milliseconds(250);
/** A registry that sends nothing for this long is given up. */
const silence = seconds(60);
/** What a file may be larger than the manifest says: configurations, which the copy writes too. */
const slack = 8 * 2 ** 20;

async function fetchLayers(
  context: FetchContext,
  reference: RegistryReference,
  digest: Digest,
  layers: readonly Descriptor[],
): Promise<void> {
  const { paths, clock } = context.system;
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const there = await octetsOf(layers.map((layer) => blobPath(paths, layer.digest)));
  if (there === total && layers.length > 0) return;
  const beside = `${workDirectory(paths)}/pull-${randomBytes(6).toString("hex")}`;
  await mkdir(beside, { recursive: true });
  await mkdir(blobsDirectory(paths), { recursive: true, mode: 0o700 });
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    let [before, since] = [-1, clock.monotonic()];
    while (!stop.signal.aborted) {
      const done = await octetsUnderWay(context, layers, beside);
      context.onProgress({ step: "Fetching", done: Math.min(done, total), total });
      if (done !== before) [before, since] = [done, clock.monotonic()];
      if (clock.monotonic() - since > silence) stop.abort(tooQuiet);
      await clock.sleep(lookInterval, stop.signal).catch(() => {});
    }
  };
  const looking = look();
  try {
    const signal = AbortSignal.any([context.signal, stop.signal]);
    const largest = layers.reduce((max, { size }) => Math.max(max, size), 0) + slack;
    const copy = { digest, blobs: blobsDirectory(paths), beside, largest };
    await copyLayers({ ...skopeoOf(context), signal }, reference, copy);
  } catch (error) {
    throw stop.signal.reason === tooQuiet ? tooQuiet : error;
  } finally {
    stop.abort();
    await looking;
    await rm(beside, { recursive: true, force: true });
  }
}

const tooQuiet = new NetwrightError("NW1608", `the registry sent nothing for ${silence / 1000} s`, {
  hint: "it is tried again; what came is kept",
});

async function octetsUnderWay(
  { system: { paths } }: FetchContext,
  layers: readonly Descriptor[],
  beside: string,
): Promise<number> {
  // skopeo writes a blob here until it is whole.
  const partial = (await readdir(beside).catch(() => [])).filter((name) => name.startsWith("oci-put-blob"));
  return octetsOf([
    ...layers.map(({ digest }) => blobPath(paths, digest)),
    ...partial.map((name) => `${beside}/${name}`),
  ]);
}

async function octetsOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    [...new Set(files)].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
