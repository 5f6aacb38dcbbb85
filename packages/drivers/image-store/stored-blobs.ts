/** Blobs of text in the store: manifests and configurations, each proven by its digest whenever it is read. */
import { createHash } from "node:crypto";
import { NetwrightError, type Digest } from "@netwright/base";
import type { Files, NodePaths } from "@netwright/contract";
import { blobPath } from "./layout.ts";

export const digestOfText = (text: string): Digest =>
  `sha256:${createHash("sha256").update(text).digest("hex")}` as Digest;

/** @throws NW1610 */
export function proven(text: string, digest: Digest, what: string): string {
  const found = digestOfText(text);
  if (found === digest) return text;
  throw new NetwrightError("NW1610", `its ${what} should have the digest ${digest} and has ${found}`, {
    hint: "the registry, or something on the way to it, is damaged or lies",
  });
}

/** Undefined when it is not there, or not what its name says: then it is fetched anew. */
export async function readBlob(
  files: Pick<Files, "read">,
  paths: NodePaths,
  digest: Digest,
): Promise<string | undefined> {
  const text = await files.read(blobPath(paths, digest));
  return text !== undefined && digestOfText(text) === digest ? text : undefined;
}

export async function writeBlob(files: Pick<Files, "write">, paths: NodePaths, text: string): Promise<Digest> {
  const digest = digestOfText(text);
  await files.write(blobPath(paths, digest), text, 0o600);
  return digest;
}
