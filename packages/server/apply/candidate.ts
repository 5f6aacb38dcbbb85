/** The set of objects as it would be after an edit, and what differs. Pure but for new uids. */
import { encodeObject, withoutBoxes, type AnyObject, type ObjectChange, type WireObject } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import {
  displayName,
  keyOf,
  missingObject,
  parseKey,
  textOf,
  type Item,
  type Items,
  type StoredItems,
} from "../state/objects.ts";
import { diffPaths } from "./diff-paths.ts";
import type { Edit } from "./edit.ts";

/** Marks what an apply with `prune` made; a later one deletes what it no longer names. */
export const pruneAnnotation = "netwright.dev/prune";

export interface CandidateChange extends ObjectChange {
  readonly key: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface Candidate {
  readonly items: Items;
  /** One per object that the edit names or prunes. */
  readonly changes: readonly CandidateChange[];
}

export interface Stamp {
  readonly uid: () => string;
  /** RFC 3339. */
  readonly now: string;
}

/** @throws NW1502 when an object carries a resourceVersion that is not the present one, NW1501 with all to delete that are not there. */
export function candidateOf({ items, revisions }: StoredItems, edit: Edit, stamp: Stamp): Candidate {
  const next = new Map(items);
  const changes: CandidateChange[] = [];
  for (const item of edit.put) {
    const key = textOf(item.object);
    const before = items.get(key);
    checkVersion(item, revisions.get(key));
    const after = stamped(item, before, edit.prune, stamp);
    if (after !== before) next.set(key, after);
    changes.push({ ...compare(key, before, after), key, before, after });
  }
  if (edit.ignoreMissing !== true) checkThere(items, edit.remove);
  for (const key of [...edit.remove, ...(edit.prune ? prunable(items, edit) : [])]) {
    const before = items.get(key);
    if (before === undefined) continue;
    next.delete(key);
    changes.push({ change: "Delete", object: displayName(parseKey(key)), fields: [], key, before, after: undefined });
  }
  return { items: next, changes };
}

function checkThere(items: Items, keys: readonly string[]): void {
  const missing = keys.filter((key) => !items.has(key)).map((key) => missingObject(parseKey(key)));
  if (missing.length > 0) throw NetwrightError.of(missing);
}

function checkVersion({ object }: Item, actual: number | undefined): void {
  const expected = object.metadata.resourceVersion;
  if (expected === undefined || expected === String(actual)) return;
  const subject = displayName(keyOf(object));
  const message =
    actual === undefined
      ? `${subject} does not exist any more`
      : `${subject} is at resourceVersion ${actual}, not ${expected}`;
  throw new NetwrightError("NW1502", message, {
    subject,
    field: "metadata.resourceVersion",
    hint: "read it again and repeat the change",
  });
}

/** The item with what only the server may set; `before` itself when nothing differs. */
function stamped(item: Item, before: Item | undefined, prune: boolean, stamp: Stamp): Item {
  const {
    uid: _uid,
    generation: _generation,
    resourceVersion: _version,
    createdAt: _created,
    ...own
  } = item.object.metadata;
  const old = before?.object.metadata;
  const marked = prune || old?.annotations[pruneAnnotation] !== undefined;
  const annotations = sorted({ ...own.annotations, ...(marked ? { [pruneAnnotation]: "true" } : {}) });
  const sameSpec =
    before !== undefined &&
    JSON.stringify(encodeObject(before.object).spec) === JSON.stringify(encodeObject(item.object).spec);
  const metadata = {
    ...own,
    annotations,
    uid: old?.uid ?? stamp.uid(),
    createdAt: old?.createdAt ?? stamp.now,
    generation: (old?.generation ?? 0) + (sameSpec ? 0 : 1),
  };
  const { status: _status, ...rest } = item.object;
  const after: Item = { object: { ...rest, metadata } as AnyObject, sources: item.sources };
  return before !== undefined && contentOf(before) === contentOf(after) ? before : after;
}

const sorted = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1)));

const contentOf = (item: Item): string => JSON.stringify([wireOf(item), item.sources]);

function compare(key: string, before: Item | undefined, after: Item): ObjectChange {
  const object = displayName(parseKey(key));
  if (before === undefined) return { change: "Create", object, fields: [] };
  const fields = diffPaths(withoutBoxes(wireOf(before)), withoutBoxes(wireOf(after)));
  return { change: fields.length === 0 ? "Unchanged" : "Update", object, fields };
}

/** What its author decided: without status and what the server sets. */
export function wireOf({ object }: Item): WireObject {
  const { status: _, ...wire } = encodeObject(object);
  const {
    uid: _uid,
    generation: _generation,
    resourceVersion: _version,
    createdAt: _created,
    ...metadata
  } = wire.metadata;
  return { ...wire, metadata };
}

/** Marked objects that the edit does not name, of the projects (or of the cluster) that it names something of. */
function prunable(items: Items, edit: Edit): readonly string[] {
  const named = new Set([...edit.put.map(({ object }) => textOf(object)), ...edit.remove]);
  const scopes = new Set(edit.put.map(({ object }) => keyOf(object).project));
  return [...items]
    .filter(
      ([key, { object }]) =>
        !named.has(key) &&
        object.metadata.annotations[pruneAnnotation] !== undefined &&
        scopes.has(parseKey(key).project),
    )
    .map(([key]) => key);
}
