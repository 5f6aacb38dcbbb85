/** The places that travel with an object to the server, so that rules can name manifest lines. */
import type { SourceRef } from "@netwright/base";
import { formatPath, parsePath } from "../kinds/field-path.ts";
import type { FieldPath } from "../kinds/kind.ts";
import type { ApplyObject } from "../wire/apply.ts";
import type { LoadedObject } from "./parse-manifests.ts";

export type Sources = Readonly<Record<string, SourceRef>>;

/** The object itself (the empty path), its name, and every field of `spec`. */
export function sourcesOf({ manifest, locate }: Pick<LoadedObject, "manifest" | "locate">): Sources {
  const paths: FieldPath[] = [[], ["metadata", "name"], ["spec"], ...fieldsOf(manifest["spec"], ["spec"])];
  return Object.fromEntries(paths.map((path) => [formatPath(path), locate(path)]));
}

function fieldsOf(value: unknown, path: FieldPath): readonly FieldPath[] {
  if (typeof value !== "object" || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, child]) => {
    const own: FieldPath = [...path, key];
    return [own].concat(fieldsOf(child, own));
  });
}

/** The place of a field, or of the nearest one above it that is known. */
export function nearestSource(sources: Sources, field: string | undefined): SourceRef | undefined {
  const path = parsePath(field ?? "") ?? [];
  for (let length = path.length; length >= 0; length--) {
    const source = sources[formatPath(path.slice(0, length))];
    if (source !== undefined) return source;
  }
  return undefined;
}

/** What an apply carries for an object. */
export function toApplyObject(loaded: Pick<LoadedObject, "manifest" | "locate">): ApplyObject {
  const { status: _status, ...object } = loaded.manifest;
  return { object, sources: sourcesOf(loaded) };
}
