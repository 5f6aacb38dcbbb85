/** Which objects an apply makes, changes and deletes, and in which fields. */
import { equal } from "@netwright/base";
import {
  encodeObject,
  formatPath,
  objectName,
  withoutBoxes,
  type AnyObject,
  type FieldPath,
  type ObjectChange,
} from "@netwright/api";
import { byText } from "../compile/order.ts";
import type { ObjectSet } from "../objects.ts";

/** By name. Objects that stay as they are appear only when they are in `named`. */
export function changedObjects(
  before: ObjectSet,
  after: ObjectSet,
  named: ReadonlySet<string>,
): readonly ObjectChange[] {
  const kinds = Object.keys(after) as (keyof ObjectSet)[];
  const changes = kinds.flatMap((kind) => {
    const [then, now]: readonly Objects[] = [before[kind], after[kind]];
    const keys = new Set([...(then?.keys() ?? []), ...(now?.keys() ?? [])]);
    return [...keys].flatMap((key) => changeOf(then?.get(key)?.object, now?.get(key)?.object, named) ?? []);
  });
  return changes.toSorted((a, b) => byText(a.object, b.object));
}

type Objects = ReadonlyMap<string, { readonly object: AnyObject }>;

function changeOf(
  old: AnyObject | undefined,
  fresh: AnyObject | undefined,
  named: ReadonlySet<string>,
): ObjectChange | undefined {
  const any = fresh ?? old;
  if (any === undefined || (old === fresh && named.size === 0)) return undefined;
  const object = objectName(any);
  if (fresh === undefined) return { change: "Delete", object, fields: [] };
  if (old === undefined) return { change: "Create", object, fields: [] };
  const fields = old === fresh ? [] : differences(written(old), written(fresh), []).map(formatPath);
  if (fields.length > 0) return { change: "Update", object, fields };
  return named.has(object) ? { change: "Unchanged", object, fields: [] } : undefined;
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
