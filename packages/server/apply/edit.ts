/** What is asked of the set of objects, whoever asks: an apply, a deletion, a scaling, an undo. */
import { decodeManifest, formatPath, inProject, nearestSource, type AnyObject, type Sources } from "@netwright/api";
import type { ImageEntry } from "@netwright/compiler";
import { NetwrightError, type Diagnostic, type SourceRef } from "@netwright/base";
import { withoutForeignBoxes } from "../secrets/seal-edit.ts";
import { displayName, isWritable, keyOf, textOf, type Item } from "../state/objects.ts";

export interface Edit {
  /** Objects as their author wrote them. */
  readonly put: readonly Item[];
  /** Keys of objects to delete. */
  readonly remove: readonly string[];
  /** Delete as well what an earlier edit with `prune` made and this one does not name. */
  readonly prune: boolean;
  /** Of `remove`, what is not there is no failure. */
  readonly ignoreMissing?: boolean;
  /** What images stood for when these objects were in force before; of an undo. */
  readonly pins?: readonly ImageEntry[];
}

interface Written {
  readonly object: unknown;
  readonly sources: Sources;
}

/**
 * Judges every object and every pair before complaining.
 * @param project where objects go that name none; null: the default one.
 * @throws NetwrightError with all that is wrong.
 */
export function decodeItems(written: readonly Written[], project: string | null = null): readonly Item[] {
  const diagnostics: Diagnostic[] = [];
  const items = new Map<string, Item>();
  for (const [index, { object, sources }] of written.entries()) {
    const decoded = decodeManifest(project === null ? object : inProject(object, project));
    if (!decoded.ok) {
      const subject = subjectOf(object, index);
      for (const { code, path, message, hint } of decoded.findings) {
        const field = formatPath(path);
        diagnostics.push({
          code,
          message: field === "" ? message : `${field}: ${message}`,
          subject,
          field,
          ...sourceOf(sources, field),
          ...(hint === undefined ? {} : { hint }),
        });
      }
      continue;
    }
    const key = textOf(decoded.object);
    const twice = items.has(key) || !isWritable(decoded.object.kind);
    if (twice) diagnostics.push(refusal(decoded.object, items.has(key), sources));
    else items.set(key, { object: withoutForeignBoxes(decoded.object), sources });
  }
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  return [...items.values()];
}

function refusal(object: AnyObject, twice: boolean, sources: Written["sources"]): Diagnostic {
  const subject = displayName(keyOf(object));
  if (twice)
    return { code: "NW1106", message: `${subject} stands twice in what is applied`, subject, ...sourceOf(sources, "") };
  return {
    code: "NW1104",
    message: `a ${object.kind} is read from files only and cannot be applied`,
    subject,
    ...sourceOf(sources, "kind"),
  };
}

const sourceOf = (sources: Written["sources"], field: string): { source?: SourceRef } => {
  const source = nearestSource(sources, field);
  return source === undefined ? {} : { source };
};

/** The best name for something that is no valid object. */
function subjectOf(object: unknown, index: number): string {
  const { kind, metadata } = (object ?? {}) as { kind?: unknown; metadata?: { name?: unknown } | null };
  const name = metadata?.name;
  return typeof kind === "string" && typeof name === "string"
    ? `${kind.slice(0, 63).toLowerCase()}/${name.slice(0, 63)}`
    : `object ${index + 1}`;
}
