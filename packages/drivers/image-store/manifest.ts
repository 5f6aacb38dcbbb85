/**
 * Manifests of images: OCI (image specification 1.1) and Docker (image manifest version 2, schema 2), one platform's or
 * a list of several. Pure.
 */
import { isDigest, type Digest } from "@netwright/base";
import { unusable } from "./unusable.ts";

export interface Descriptor {
  readonly digest: Digest;
  /** Octets, as the manifest says. */
  readonly size: number;
  readonly mediaType: string;
}

/** As `GOOS`, `GOARCH` and `GOARM` of the Go toolchain. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface ManifestList {
  readonly kind: "List";
  readonly entries: readonly (Descriptor & { readonly platform: Platform | null; readonly name: string | null })[];
}

export interface ImageManifest {
  readonly kind: "Image";
  readonly config: Descriptor;
  /** From the bottom up. */
  readonly layers: readonly (Descriptor & { readonly compression: Compression })[];
}

export type Compression = "none" | "gzip" | "zstd";

/** As OCI recommends to accept. */
export const manifestMax = 4 * 2 ** 20;
/** Docker's own limit; an overlay has room for more. */
const layersMax = 127;

const listTypes = new Set([
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
]);
const imageTypes = new Set([
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
]);
const compressions: Readonly<Record<string, Compression>> = {
  "application/vnd.oci.image.layer.v1.tar": "none",
  "application/vnd.oci.image.layer.v1.tar+gzip": "gzip",
  "application/vnd.oci.image.layer.v1.tar+zstd": "zstd",
  "application/vnd.docker.image.rootfs.diff.tar": "none",
  "application/vnd.docker.image.rootfs.diff.tar.gzip": "gzip",
};

export type Fields = Readonly<Record<string, unknown>>;

export function parseObject(text: string, what: string): Fields {
  const value: unknown = (() => {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  })();
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unusable(`${what} is not a JSON object`);
  return value as Fields;
}

/** @throws NW1611 for what is no manifest of an image that can run. */
export function parseManifest(text: string): ManifestList | ImageManifest {
  if (text.length > manifestMax) throw unusable(`its manifest is larger than ${manifestMax} octets`);
  const fields = parseObject(text, "its manifest");
  const type = fields["mediaType"];
  if (fields["schemaVersion"] !== 2) throw unusable("its manifest has a version that is no longer used", pushAnew);
  // The field is optional in OCI's; then what is there tells them apart.
  const isList = typeof type === "string" ? listTypes.has(type) : "manifests" in fields;
  if (isList) return { kind: "List", entries: list(fields, "manifests").map(listEntry) };
  if (typeof type === "string" && !imageTypes.has(type))
    throw unusable(`its manifest is of type ${type}, not of an image`);
  const config = descriptor(fields["config"]);
  const layers = list(fields, "layers").map((each) => {
    const layer = descriptor(each);
    const compression = compressions[layer.mediaType];
    if (compression === undefined) throw unusable(`a layer is of type ${layer.mediaType}, which is no file system`);
    return { ...layer, compression };
  });
  if (layers.length > layersMax) throw unusable(`it has ${layers.length} layers, more than ${layersMax}`);
  return { kind: "Image", config, layers };
}

const pushAnew = "push it anew with a current tool";

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw unusable(`its manifest has no ${name}`);
  return value as readonly unknown[];
}

/** Nothing where it is no object. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

function descriptor(value: unknown): Descriptor {
  const { digest, size, mediaType } = fieldsOf(value);
  if (typeof digest !== "string" || !isDigest(digest) || typeof mediaType !== "string" || !isSize(size)) {
    throw unusable("its manifest names something without type, size or SHA-256 digest");
  }
  return { digest, size, mediaType };
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function listEntry(value: unknown): ManifestList["entries"][number] {
  const { platform, annotations } = fieldsOf(value);
  const { os, architecture, variant } = fieldsOf(platform);
  const name = fieldsOf(annotations)["org.opencontainers.image.ref.name"];
  const known = typeof os === "string" && typeof architecture === "string";
  return {
    ...descriptor(value),
    platform: known ? { os, architecture, ...(typeof variant === "string" ? { variant } : {}) } : null,
    name: typeof name === "string" ? name : null,
  };
}

const architectures: Readonly<Record<string, Platform>> = {
  x64: { os: "linux", architecture: "amd64" },
  arm64: { os: "linux", architecture: "arm64", variant: "v8" },
  arm: { os: "linux", architecture: "arm", variant: "v7" },
  ppc64: { os: "linux", architecture: "ppc64le" },
};

/** @param architecture as Node names it */
export const platformOf = (architecture: string): Platform =>
  architectures[architecture] ?? { os: "linux", architecture };

const platformText = ({ os, architecture, variant }: Platform): string =>
  `${os}/${architecture}${variant === undefined ? "" : `/${variant}`}`;

/** The entry for this machine; an entry without variant serves all of its architecture. @throws NW1611 when none is. */
export function choosePlatform({ entries }: ManifestList, machine: Platform): Descriptor {
  const fitting = entries.filter(
    ({ platform }) => platform?.os === machine.os && platform.architecture === machine.architecture,
  );
  const best = fitting.find(({ platform }) => platform?.variant === machine.variant) ?? fitting[0];
  if (best !== undefined) return best;
  const offered = entries.flatMap(({ platform }) => (platform === null ? [] : platformText(platform)));
  const others = offered.length === 0 ? "no machine that it names" : offered.slice(0, 8).join(", ");
  throw unusable(`it is made for ${others}, not for ${platformText(machine)}`, `build it for ${platformText(machine)}`);
}
