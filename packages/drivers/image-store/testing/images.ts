/** Archives, layers and images for the tests of this folder, made from nothing. */
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Digest } from "@netwright/base";
import { endOfArchive, padding, writeHeader, type TarHeader } from "../tar-header.ts";

export interface TestEntry extends Partial<TarHeader> {
  readonly name: string;
  readonly content?: string | Buffer;
}

/** One entry of an archive, header and content. */
export function entry({ content = "", ...header }: TestEntry): Buffer {
  const octets = Buffer.from(content);
  const whole = { type: "0", linkName: "", mode: 0o644, uid: 0, gid: 0, size: octets.length, mtime: 0, ...header };
  return Buffer.concat([writeHeader(whole), octets, Buffer.alloc(padding(octets.length))]);
}

export const archive = (...entries: readonly TestEntry[]): Buffer =>
  Buffer.concat([...entries.map(entry), endOfArchive]);

/** An extended header before the next entry. */
export function extended(records: Readonly<Record<string, string>>, type = "x"): Buffer {
  const text = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const length = [1, 2, 3, 4, 5].map((digits) => rest.length + digits).find((all) => `${all}${rest}`.length === all);
    return `${length}${rest}`;
  });
  return entry({ name: "extended", type, content: Buffer.from(text.join(""), "latin1") });
}

export const directory = (name: string, mode = 0o755): TestEntry => ({ name: `${name}/`, type: "5", mode });
export const symlink = (name: string, linkName: string): TestEntry => ({ name, type: "2", linkName, mode: 0o777 });
export const hardLink = (name: string, linkName: string): TestEntry => ({ name, type: "1", linkName });

export const digestOf = (octets: Uint8Array | string): Digest =>
  `sha256:${createHash("sha256").update(octets).digest("hex")}` as Digest;

/** In pieces of that many octets, as a stream would bring them. */
export async function* inPieces(octets: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

export interface TestImage {
  /** Archives, from the bottom up. */
  readonly layers: readonly Buffer[];
  /** Members of the configuration's `config`, for example `Cmd`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly compression?: "none" | "gzip" | "zstd";
  readonly architecture?: string;
}

/** Blobs by digest, and the digest of the manifest. */
export interface BuiltImage {
  readonly digest: Digest;
  readonly manifest: Buffer;
  readonly config: Digest;
  readonly layers: readonly Digest[];
  readonly blobs: ReadonlyMap<Digest, Buffer>;
}

const machine = process.arch === "x64" ? "amd64" : process.arch;
const compressors: Record<string, (octets: Buffer) => Buffer> = {
  none: (octets) => octets,
  gzip: (octets) => gzipSync(octets),
  zstd: (octets) => zstdCompressSync(octets),
};

export function buildImage({
  layers,
  config = {},
  compression = "gzip",
  architecture = machine,
}: TestImage): BuiltImage {
  const blobs = new Map<Digest, Buffer>();
  const put = (octets: Buffer, mediaType: string) => {
    const digest = digestOf(octets);
    blobs.set(digest, octets);
    return { mediaType, digest, size: octets.length };
  };
  const suffix = compression === "none" ? "" : `+${compression}`;
  const stored = layers.map((layer) =>
    put(compressors[compression]?.(layer) ?? layer, `application/vnd.oci.image.layer.v1.tar${suffix}`),
  );
  const described = { os: "linux", architecture, config, rootfs: { type: "layers", diff_ids: layers.map(digestOf) } };
  const own = put(Buffer.from(JSON.stringify(described)), "application/vnd.oci.image.config.v1+json");
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: own, layers: stored }));
  const { digest } = put(manifest, mediaType);
  return { digest, manifest, config: own.digest, layers: stored.map((layer) => layer.digest), blobs };
}

/** Files of an OCI image layout, by path below its directory. */
export function layoutFiles(images: Readonly<Record<string, BuiltImage>>): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>([["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')]]);
  const manifests = Object.entries(images).map(([name, { digest, manifest, blobs }]) => {
    for (const [each, octets] of blobs) files.set(`blobs/sha256/${each.slice(7)}`, octets);
    const annotations = { "org.opencontainers.image.ref.name": name };
    return { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: manifest.length, annotations };
  });
  files.set("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  return files;
}

export function writeLayout(at: string, images: Readonly<Record<string, BuiltImage>>): void {
  for (const [path, octets] of layoutFiles(images)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), octets);
  }
}

/** Programs of this machine with the libraries that they need, as entries of an archive. */
export function programs(...paths: readonly string[]): readonly TestEntry[] {
  const libraries = paths.flatMap((path) =>
    [...execFileSync("ldd", [path], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library),
  );
  return [...new Set([...paths, ...libraries])].map((name) => ({ name, content: readFileSync(name), mode: 0o755 }));
}
