/** The shell around the loader: paths to texts to objects. */
import { posix } from "node:path";
import type { Diagnostic } from "@netwright/base";
import { absoluteImages } from "./image-paths.ts";
import { manifestOctetsMax, workloadFileOctetsMax } from "./limits.ts";
import { parseManifestFiles, type LoadedObject, type ManifestFile } from "./parse-manifests.ts";
import { tooLarge } from "./text-problem.ts";
import { inlineData } from "./data-files.ts";
import { inlineWorkloadFiles } from "./workload-files.ts";

/** The disk and standard input, injected. A returned text is the reason why something failed. */
export interface ManifestReader {
  /** Names of files in a directory and below, relative to it, sorted; undefined when the path is no directory. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** At most `max + 1` octets; `-` is standard input. */
  read(path: string, max: number): Promise<Uint8Array | string>;
  /** The same path from the root directory. */
  absolute(path: string): string;
}

export interface ReadManifests {
  readonly objects: readonly LoadedObject[];
  readonly diagnostics: readonly Diagnostic[];
  /** Texts by file name, for `renderDiagnostic`. */
  readonly texts: ReadonlyMap<string, string>;
}

const endings = [".yaml", ".yml", ".json"];
/** What standard input is called in messages. */
export const stdinName = "(stdin)";

/** Everything that files, directories and `-` hold, with workload files put in. Never throws for what a user did. */
export async function readManifests(paths: readonly string[], reader: ManifestReader): Promise<ReadManifests> {
  const diagnostics: Diagnostic[] = [];
  const files: ManifestFile[] = [];
  for (const path of await filesOf(paths, reader, diagnostics)) {
    const result = await readText(path, reader);
    if ("text" in result) files.push(result);
    else diagnostics.push(result);
  }
  const parsed = parseManifestFiles(files);
  const placed = parsed.objects.map((loaded) =>
    absoluteImages(loaded, (manifest, path) => reader.absolute(sourcePath(manifest, path))),
  );
  const read = (manifest: string, source: string) => reader.read(sourcePath(manifest, source), workloadFileOctetsMax);
  const inlined = await inlineWorkloadFiles(placed, read);
  const whole = await inlineData(inlined.objects, read);
  return {
    objects: whole.objects,
    diagnostics: [...diagnostics, ...parsed.diagnostics, ...inlined.diagnostics, ...whole.diagnostics],
    texts: new Map(files.map(({ file, text }) => [file, text])),
  };
}

const sourcePath = (manifest: string, source: string): string =>
  posix.join(manifest === stdinName ? "." : posix.dirname(manifest), source);

async function filesOf(
  paths: readonly string[],
  reader: ManifestReader,
  diagnostics: Diagnostic[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const inside = path === "-" ? undefined : await reader.list(path);
    if (inside === undefined) {
      found.push(path);
      continue;
    }
    const manifests = inside.filter((name) => endings.some((ending) => name.endsWith(ending)));
    if (manifests.length === 0)
      diagnostics.push({
        code: "NW1101",
        message: `${path}: the directory holds no manifest`,
        hint: `manifests end with ${endings.join(", ")}`,
      });
    found.push(...manifests.map((name) => posix.join(path, name)));
  }
  return [...new Set(found)];
}

async function readText(path: string, reader: ManifestReader): Promise<ManifestFile | Diagnostic> {
  const file = path === "-" ? stdinName : path;
  const octets = await reader.read(path, manifestOctetsMax);
  if (typeof octets === "string") return { code: "NW1101", message: `${file}: ${octets}` };
  if (octets.length > manifestOctetsMax) return tooLarge(file, `more than ${manifestOctetsMax} octets`);
  try {
    return { file, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets) };
  } catch {
    return {
      code: "NW1102",
      message: "the file is not UTF-8 text",
      source: { file, line: 1, column: 1 },
      hint: "give a YAML or JSON file",
    };
  }
}
