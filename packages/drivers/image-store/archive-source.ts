/** Images of a tar archive of an OCI image layout: taken apart for as long as it is read, then as any layout. */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { NetwrightError, type LayoutReference } from "@netwright/base";
import { ArchiveReader } from "./archive-reader.ts";
import type { FetchContext, ImageSource } from "./fetched-image.ts";
import { headersOf } from "./filter-layer.ts";
import { workDirectory } from "./layout.ts";
import { readLayout, resolveLayout } from "./layout-source.ts";
import { manifestMax } from "./manifest.ts";
import { padding } from "./tar-header.ts";

export const archiveSource: ImageSource<LayoutReference> = {
  resolve: (context, { path, tag }) =>
    takenApart(
      context,
      path,
      (name) => name === "index.json",
      (directory) => resolveLayout(context.system.files, directory, tag, context.platform),
    ),
  fetch: (context, { path, tag }, digest, use) =>
    takenApart(context, path, isOfLayout, async (directory) => use(await readLayout(context, directory, tag, digest))),
};

const isOfLayout = (name: string): boolean => name === "index.json" || /^blobs\/sha256\/[0-9a-f]{64}$/.test(name);

async function takenApart<T>(
  context: FetchContext,
  path: string,
  wanted: (name: string) => boolean,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = `${workDirectory(context.system.paths)}/archive-${randomBytes(6).toString("hex")}`;
  await mkdir(`${directory}/blobs/sha256`, { recursive: true, mode: 0o700 });
  try {
    await extract(context, path, directory, wanted);
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function extract(
  { signal, onProgress }: FetchContext,
  path: string,
  directory: string,
  wanted: (name: string) => boolean,
): Promise<void> {
  const total = await stat(path).then(
    (found) => found.size,
    (cause: unknown) => {
      throw new NetwrightError("NW1609", `${path} is not there`, {
        hint: "put the archive on every host that may run it",
        cause,
      });
    },
  );
  const reader = new ArchiveReader(createReadStream(path, { highWaterMark: 2 ** 18, signal }));
  let done = 0;
  for await (const { name, type, size } of headersOf(reader)) {
    const length = type === "0" ? size : 0;
    const own = name.replace(/^\.\//, "");
    // Everything written is smaller than the archive, which is on this host already.
    if (type === "0" && wanted(own) && (own !== "index.json" || size <= manifestMax)) {
      await write(`${directory}/${own}`, reader, length);
      await reader.skipPadding(padding(length));
    } else {
      await reader.skip(length);
      await reader.skipPadding(padding(length));
    }
    done += length;
    onProgress({ step: "Fetching", done, total });
  }
}

async function write(path: string, reader: ArchiveReader, length: number): Promise<void> {
  // An archive may have a name twice; the last one counts.
  const file = await open(path, "w", 0o600);
  try {
    for await (const part of reader.run(length)) await file.writeFile(part);
  } finally {
    await file.close();
  }
}
