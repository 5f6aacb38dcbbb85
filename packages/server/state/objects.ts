/** Applied objects as records: one key each, with the places in files that their fields came from. */
import {
  decodeObject,
  defaultProject,
  encodeObject,
  isKindName,
  kinds,
  type AnyObject,
  type KindName,
  type WireObject,
} from "@netwright/api";
import { NetwrightError, type Diagnostic, type SourceRef } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";

/** Names one object of any kind. `project` is undefined for cluster kinds. */
export interface ObjectKey {
  readonly kind: KindName;
  readonly project: string | undefined;
  readonly name: string;
}

/** An object as applied, without status and resourceVersion, and where each of its fields was written. */
export interface Item {
  readonly object: AnyObject;
  readonly sources: Readonly<Record<string, SourceRef>>;
}

/** By `keyText`. */
export type Items = ReadonlyMap<string, Item>;

interface ObjectRecord {
  readonly object: WireObject;
  readonly sources: Readonly<Record<string, SourceRef>>;
}

const prefix = "object/";

export function keyOf(object: Pick<AnyObject, "kind" | "metadata">): ObjectKey {
  const metadata: { readonly name: string; readonly project?: string } = object.metadata;
  return { kind: object.kind, project: metadata.project, name: metadata.name };
}

/** `Service/default/shop`, `Host/host1`: the key of maps of objects. */
export const keyText = ({ kind, project, name }: ObjectKey): string =>
  project === undefined ? `${kind}/${name}` : `${kind}/${project}/${name}`;

export const textOf = (object: Pick<AnyObject, "kind" | "metadata">): string => keyText(keyOf(object));

/** The inverse of `keyText`. */
export function parseKey(text: string): ObjectKey {
  const [kind = "", first = "", second] = text.split("/");
  if (!isKindName(kind)) throw new RangeError(`not an object key: ${text}`);
  return second === undefined ? { kind, project: undefined, name: first } : { kind, project: first, name: second };
}

/** `service/shop`; the project before it where it is not `default`. */
export function displayName({ kind, project, name }: ObjectKey): string {
  const short = `${kind.toLowerCase()}/${name}`;
  return project === undefined || project === defaultProject ? short : `${project}/${short}`;
}

export function missingObject(key: ObjectKey): Diagnostic {
  const subject = displayName(key);
  return { code: "NW1501", message: `there is no ${subject}`, subject };
}

/** Objects, and the revision of each one's record. */
export interface StoredItems {
  readonly items: Items;
  readonly revisions: ReadonlyMap<string, number>;
}

/** @throws NW1509 when a record is no object any more. */
export function readItems(store: Store): StoredItems {
  const items = new Map<string, Item>();
  const revisions = new Map<string, number>();
  for (const { key, value, revision } of store.list(prefix).records) {
    const { object, sources } = JSON.parse(value) as ObjectRecord;
    const decoded = decodeObject(object);
    if (!decoded.ok)
      throw new NetwrightError("NW1509", `the stored ${key} is not valid: ${decoded.findings[0]?.message ?? ""}`);
    items.set(textOf(decoded.object), { object: decoded.object, sources });
    revisions.set(textOf(decoded.object), revision);
  }
  return { items, revisions };
}

export function putItem({ object, sources }: Item): StoreWrite {
  const record: ObjectRecord = { object: encodeObject(object), sources };
  return { kind: "Put", key: prefix + textOf(object), value: JSON.stringify(record) };
}

export const deleteItem = (key: string): StoreWrite => ({ kind: "Delete", key: prefix + key });

/** Kinds that people write: the rest is made by Netwright or lives in files only. */
export const isWritable = (kind: KindName): boolean => !kinds[kind].readOnly && kinds[kind].scope !== "File";
