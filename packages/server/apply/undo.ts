/** The edit that takes a change back. */
import { decodeObject, withoutBoxes, type Change, type WireObject } from "@netwright/api";
import type { ImageEntry } from "@netwright/compiler";
import { NetwrightError, type SourceRef } from "@netwright/base";
import { displayName, parseKey, type Item, type Items } from "../state/objects.ts";
import { wireOf } from "./candidate.ts";
import type { Edit } from "./edit.ts";

/** A change as stored: with the places that its objects were written at before. */
export interface StoredChange extends Omit<Change, "rollouts"> {
  readonly keys: readonly { readonly key: string; readonly sources: Readonly<Record<string, SourceRef>> }[];
  /** What images of its services stood for before. Absent in changes that older versions stored. */
  readonly pins?: readonly ImageEntry[];
}

/** @throws NW1502 when one of its objects was changed again since. */
export function undoEdit(items: Items, change: StoredChange): Edit {
  const put: Item[] = [];
  const remove: string[] = [];
  for (const [index, { key, sources }] of change.keys.entries()) {
    const { before = null, after = null } = change.objects[index] ?? {};
    const current = items.get(key);
    if (contentOf(current === undefined ? null : wireOf(current)) !== contentOf(after))
      throw changedSince(key, change.id);
    if (before !== null) put.push({ object: decoded(before), sources });
    else if (current !== undefined) remove.push(key);
  }
  return { put, remove, prune: false, pins: change.pins ?? [] };
}

/** What a box holds is told by its digest: under another key it is another box. */
const contentOf = (wire: WireObject | null): string => JSON.stringify(wire === null ? null : withoutBoxes(wire));

function decoded(wire: WireObject): Item["object"] {
  const result = decodeObject(wire);
  if (result.ok) return result.object;
  throw NetwrightError.of(result.findings.map(({ code, message }) => ({ code, message })));
}

function changedSince(key: string, id: number): NetwrightError {
  const subject = displayName(parseKey(key));
  return new NetwrightError("NW1502", `${subject} was changed again after change ${id}`, {
    subject,
    hint: "undo the later change first; see `netwright history`",
  });
}
