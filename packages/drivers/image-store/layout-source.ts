/** Images of an OCI image layout on this host (image specification, image-layout.md), read where they lie. */
import { stat } from "node:fs/promises";
import { NetwrightError, type Digest, type LayoutReference } from "@netwright/base";
import type { Files } from "@netwright/contract";
import type { FetchContext, FetchedImage, ImageSource } from "./fetched-image.ts";
import { hexOf } from "./layout.ts";
import { choosePlatform, manifestMax, parseManifest, type ManifestList, type Platform } from "./manifest.ts";
import { proven } from "./stored-blobs.ts";
import { unusable } from "./unusable.ts";

export const layoutSource: ImageSource<LayoutReference> = {
  resolve: ({ system: { files }, platform }, { path, tag }) => resolveLayout(files, path, tag, platform),
  fetch: async (context, { path, tag }, digest, use) => use(await readLayout(context, path, tag, digest)),
};

/** A file of the layout. @throws NW1609 when there is none, NW1611 when it is too large for what it is */
async function textOf(files: Pick<Files, "read">, path: string, what: string): Promise<string> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined && size > manifestMax) throw unusable(`its ${what} is larger than ${manifestMax} octets`);
  const text = size === undefined ? undefined : await files.read(path);
  if (text !== undefined) return text;
  throw new NetwrightError("NW1609", `its ${what} is not there: ${path}`, {
    hint: "put the image on every host that may run it, for example with skopeo copy docker-daemon:shop:1 oci:DIR",
  });
}

const pathOf = (directory: string, digest: Digest): string => `${directory}/blobs/sha256/${hexOf(digest)}`;

/** By its name; without one, the only image there is, or the only one for this machine. */
export async function resolveLayout(
  files: Pick<Files, "read">,
  directory: string,
  tag: string | null,
  platform: Platform,
): Promise<Digest> {
  const index = parseManifest(await textOf(files, `${directory}/index.json`, "index"));
  if (index.kind !== "List") throw unusable("its index.json is no index");
  const named = tag === null ? index.entries : index.entries.filter(({ name }) => name === tag);
  // One image may have several names.
  const [only, ...others] = new Set(named.map(({ digest }) => digest));
  if (only !== undefined && others.length === 0) return only;
  const names = index.entries.flatMap(({ name }) => name ?? []);
  const known = names.length === 0 ? "none of them has a name" : `there are ${names.slice(0, 8).join(", ")}`;
  if (only === undefined)
    throw new NetwrightError("NW1609", `it holds no image ${tag ?? ""}: ${known}`.replace(" :", ":"));
  const own = named.filter((entry) => entry.platform !== null);
  if (own.length === named.length && new Set(named.map(({ name }) => name)).size === 1) {
    return choosePlatform({ kind: "List", entries: own } satisfies ManifestList, platform).digest;
  }
  throw new NetwrightError("NW1609", `it holds ${named.length} images: ${known}`, {
    hint: "say which one, as oci:DIRECTORY:NAME",
  });
}

export async function readLayout(
  { system: { files }, platform }: Pick<FetchContext, "system" | "platform">,
  directory: string,
  tag: string | null,
  digest: Digest,
): Promise<FetchedImage> {
  const outer = await textOf(files, pathOf(directory, digest), "manifest").catch(async (error: unknown) => {
    throw await otherImage(files, directory, tag, digest, platform, error);
  });
  let manifest = parseManifest(proven(outer, digest, "manifest"));
  if (manifest.kind === "List") {
    const chosen = choosePlatform(manifest, platform).digest;
    manifest = parseManifest(proven(await textOf(files, pathOf(directory, chosen), "manifest"), chosen, "manifest"));
  }
  if (manifest.kind === "List") throw unusable("its list of platforms names another list");
  const { config } = manifest;
  const text = await textOf(files, pathOf(directory, config.digest), "configuration");
  return {
    manifest,
    config: proven(text, config.digest, "configuration"),
    blobPath: (layer) => pathOf(directory, layer.digest),
    blobs: [],
  };
}

/** All instances of a tier run the same image: another one at the same place is not taken instead. */
async function otherImage(
  files: Pick<Files, "read">,
  directory: string,
  tag: string | null,
  digest: Digest,
  platform: Platform,
  error: unknown,
): Promise<unknown> {
  const found = await resolveLayout(files, directory, tag, platform).catch(() => undefined);
  if (found === undefined || found === digest) return error;
  return new NetwrightError("NW1610", `it is ${found} here, but its tier runs ${digest}`, {
    hint: "put the same image on every host; a new one gets another path or name in the manifest",
  });
}
