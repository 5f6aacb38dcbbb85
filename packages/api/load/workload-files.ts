/** Puts the files that workloads name by `source` into the object: the server never sees the author's disk. */
import { decodeManifest } from "../kinds/decode.ts";
import { objectName } from "../kinds/index.ts";
import type { FieldPath, Finding } from "../kinds/kind.ts";
import { isWorkloadTier, type Service } from "../kinds/service/service.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { workloadFileOctetsMax, workloadFilesOctetsMax } from "./limits.ts";
import type { LoadedManifests, LoadedObject } from "./parse-manifests.ts";

/** Reads a file that a manifest names; a text is the reason why that failed. */
export type SourceReader = (manifest: string, source: string) => Promise<Uint8Array | string>;

interface NamedFile {
  readonly path: FieldPath;
  readonly source: string;
}

interface ReadFile extends NamedFile {
  readonly octets: Uint8Array;
}

/** Objects with every `source` replaced by `content`; those with a file that cannot be had are left out and complained about. */
export async function inlineWorkloadFiles(
  objects: readonly LoadedObject[],
  read: SourceReader,
): Promise<LoadedManifests> {
  const results: LoadedManifests[] = [];
  for (const loaded of objects) results.push(await inlineObject(loaded, read));
  return {
    objects: results.flatMap((result) => result.objects),
    diagnostics: results.flatMap((result) => result.diagnostics),
  };
}

async function inlineObject(loaded: LoadedObject, read: SourceReader): Promise<LoadedManifests> {
  if (loaded.object.kind !== "Service") return { objects: [loaded], diagnostics: [] };
  const named = namedFiles(loaded.object);
  const files: ReadFile[] = [];
  const findings: Finding[] = [];
  for (const file of named) {
    const octets = await read(loaded.file, file.source);
    const problem = typeof octets === "string" ? octets : sizeProblem(octets.length, files);
    if (problem !== undefined)
      findings.push({ code: "NW1107", path: file.path, message: `${file.source}: ${problem}`, hint: sourceHint });
    else if (typeof octets !== "string") files.push({ ...file, octets });
  }
  if (findings.length > 0)
    return {
      objects: [],
      diagnostics: findings.map((finding) =>
        diagnosticOf(finding, objectName(loaded.object), loaded.locate(finding.path)),
      ),
    };
  return { objects: [withFiles(loaded, files)], diagnostics: [] };
}

const sourceHint = "the path is relative to the manifest's directory";

function sizeProblem(octets: number, before: readonly ReadFile[]): string | undefined {
  if (octets > workloadFileOctetsMax) return `${octets} octets, of at most ${workloadFileOctetsMax}`;
  const sum = before.reduce((total, file) => total + file.octets.length, octets);
  return sum > workloadFilesOctetsMax
    ? `${sum} octets with the files before it, of at most ${workloadFilesOctetsMax}`
    : undefined;
}

function namedFiles({ spec }: Service): readonly NamedFile[] {
  return spec.tiers.flatMap((tier, index) => {
    if (!isWorkloadTier(tier)) return [];
    return tier.workload.files.flatMap(({ source }, number): NamedFile[] =>
      source === undefined ? [] : [{ path: ["spec", "tiers", index, "workload", "files", number, "source"], source }],
    );
  });
}

function withFiles(loaded: LoadedObject, files: readonly ReadFile[]): LoadedObject {
  if (files.length === 0) return loaded;
  const manifest = structuredClone(loaded.manifest) as Record<string, unknown>;
  for (const { path, octets } of files) {
    const entry = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], manifest) as Record<string, unknown>;
    delete entry["source"];
    Object.assign(entry, contentOf(octets));
  }
  const decoded = decodeManifest(manifest);
  return decoded.ok ? { ...loaded, manifest, object: decoded.object } : loaded;
}

/** Text stays text, so that a change of it can be read. */
function contentOf(octets: Uint8Array): { readonly content: string; readonly encoding: "utf8" | "base64" } {
  try {
    return { content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets), encoding: "utf8" };
  } catch {
    return { content: Buffer.from(octets).toString("base64"), encoding: "base64" };
  }
}
