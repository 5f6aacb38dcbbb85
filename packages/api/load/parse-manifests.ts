/** Manifests to objects: pure, never throws, collects every complaint. */
import type { Diagnostic, SourceRef } from "@netwright/base";
import { decodeWritten } from "../kinds/decode.ts";
import { objectName, type AnyObject } from "../kinds/index.ts";
import type { FieldPath } from "../kinds/kind.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { duplicateDiagnostics } from "./duplicates.ts";
import { findingsMax } from "./limits.ts";
import { locate } from "./locate.ts";
import { parseDocuments, type ParsedDocument } from "./parse-documents.ts";

export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

export interface LoadedObject {
  /** Every default filled in. */
  readonly object: AnyObject;
  /** As its author wrote it, as JSON. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The file's name as it was given. */
  readonly file: string;
  /** The place of a field, or of the nearest one that would hold it. @param onKey the key instead of the value. */
  readonly locate: (path: FieldPath, onKey?: boolean) => SourceRef;
}

export interface LoadedManifests {
  /** Objects that are right, also when others are not; apply nothing while `diagnostics` is not empty. */
  readonly objects: readonly LoadedObject[];
  /** By file, then by place. */
  readonly diagnostics: readonly Diagnostic[];
}

/** All objects of one text. @param file only names it. */
export function parseManifests(text: string, file: string): LoadedManifests {
  return parseManifestFiles([{ text, file }]);
}

/** All objects of several texts; also refuses an object that stands twice among them. */
export function parseManifestFiles(files: readonly ManifestFile[]): LoadedManifests {
  const results = files.map(parseFile);
  const objects = results.flatMap((result) => result.objects);
  const own = results.flatMap((result) => result.diagnostics);
  return { objects, diagnostics: [...own, ...duplicateDiagnostics(objects)] };
}

function parseFile({ text, file }: ManifestFile): LoadedManifests {
  const { documents, diagnostics } = parseDocuments(text, file);
  const loaded = documents.map(load);
  const own = [...diagnostics, ...loaded.flatMap((result) => result.diagnostics)];
  return { objects: loaded.flatMap((result) => result.objects), diagnostics: own.toSorted(byPlace) };
}

const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  (a.source?.line ?? 0) - (b.source?.line ?? 0) || (a.source?.column ?? 0) - (b.source?.column ?? 0);

function load({ tree, value }: ParsedDocument): LoadedManifests {
  const decoded = decodeWritten(value);
  const place = (path: FieldPath, onKey?: boolean) => locate(tree, path, onKey);
  if (decoded.ok) {
    const manifest = value as Readonly<Record<string, unknown>>;
    return { objects: [{ object: decoded.object, manifest, file: tree.file, locate: place }], diagnostics: [] };
  }
  const subject = subjectOf(value);
  return {
    objects: [],
    diagnostics: decoded.findings
      .slice(0, findingsMax)
      .map((finding) => diagnosticOf(finding, subject, place(finding.path, finding.onKey))),
  };
}

/** `kind/name` of something that may be no object at all. */
function subjectOf(value: unknown): string | undefined {
  const { kind, metadata } = (value ?? {}) as { kind?: unknown; metadata?: { name?: unknown; project?: unknown } };
  const name = metadata?.name;
  if (typeof kind !== "string" || typeof name !== "string") return undefined;
  const project = typeof metadata?.project === "string" ? metadata.project : undefined;
  return objectName({
    kind: kind.slice(0, 80),
    metadata: { name: name.slice(0, 80), ...(project === undefined ? {} : { project: project.slice(0, 80) }) },
  });
}
