/** Archives, layers and images for the tests of this folder, made from nothing. */
import { createHash } from "node:crypto";
import type { Digest } from "@netwright/base";
import { endOfArchive, padding, writeHeader, type TarHeader } from "./tar-header.ts";

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
