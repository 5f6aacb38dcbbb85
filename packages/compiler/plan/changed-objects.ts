/** Which objects an apply makes, changes and deletes, and in which fields. */
import {
  encodeObject,
  formatPath,
  objectName,
  withoutBoxes,
  type AnyObject,
  type FieldPath,
  type ObjectChange,
} from "@netwright/api";
import { equal } from "../compile/equal.ts";
import { byText } from "../compile/order.ts";
import type { ObjectSet } from "../objects.ts";

/** By name. Objects that stay as they are appear only when they are in `named`. */
export function changedObjects(
  before: ObjectSet,
  after: ObjectSet,
  named: ReadonlySet<string>,
): readonly ObjectChange[] {
  const [then, now] = [byName(before), byName(after)];
  const changes: ObjectChange[] = [];
  for (const object of new Set([...then.keys(), ...now.keys()])) {
    const [old, fresh] = [then.get(object), now.get(object)];
    if (fresh === undefined) changes.push({ change: "Delete", object, fields: [] });
    else if (old === undefined) changes.push({ change: "Create", object, fields: [] });
    else {
      const fields = old === fresh ? [] : differences(written(old), written(fresh), []).map(formatPath);
      if (fields.length > 0) changes.push({ change: "Update", object, fields });
      else if (named.has(object)) changes.push({ change: "Unchanged", object, fields: [] });
    }
  }
  return changes.toSorted((a, b) => byText(a.object, b.object));
}

function byName(objects: ObjectSet): ReadonlyMap<string, AnyObject> {
  const all = Object.values(objects).flatMap((kind: ReadonlyMap<string, { readonly object: AnyObject }>) =>
    [...kind.values()].map(({ object }) => object),
  );
  return new Map(all.map((object) => [objectName(object), object]));
}

/** What a person writes; the server's own fields and the status are no change. */
function written(object: AnyObject): object {
  const { metadata, spec } = withoutBoxes(encodeObject(object));
  return { metadata: { labels: metadata["labels"], annotations: metadata["annotations"] }, spec };
}

/** The deepest fields that differ; of a list whose length changed, the list. */
function differences(before: unknown, after: unknown, path: FieldPath): readonly FieldPath[] {
  if (equal(before, after)) return [];
  if (!isNode(before) || !isNode(after) || Array.isArray(before) !== Array.isArray(after)) return [path];
  if (Array.isArray(before) && before.length !== (after as unknown as unknown[]).length) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    differences(before[key], after[key], [...path, Array.isArray(before) ? Number(key) : key]),
  );
}

const isNode = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
