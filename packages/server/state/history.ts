/** Applied changes, each with every object before and after, so that it can be shown and taken back. */
import { withoutBoxes, type Change, type ChangeSummary, type WireObject } from "@netwright/api";
import type { StoredChange } from "../apply/undo.ts";
import { NetwrightError } from "@netwright/base";
import type { Store, StoreWrite } from "@netwright/contract";

const prefix = "change/";
/** Older changes are forgotten. */
export const changesKept = 500;

const keyOf = (id: number): string => prefix + String(id).padStart(12, "0");

export function readChange(store: Store, id: number): StoredChange {
  const record = store.get(keyOf(id));
  if (record === undefined) throw noChange(id);
  return JSON.parse(record.value) as StoredChange;
}

export const noChange = (id: number): NetwrightError =>
  new NetwrightError("NW1501", `there is no change ${id}`, {
    subject: `change/${id}`,
    hint: "see `netwright history`",
  });

/** Newest first. */
export function listChanges(store: Store): readonly ChangeSummary[] {
  return store
    .list(prefix)
    .records.map((record) => summaryOf(JSON.parse(record.value) as StoredChange))
    .toReversed();
}

/** Without what only undoing needs. */
export function shownChange({ keys: _, pins: _pins, ...change }: StoredChange): Omit<Change, "rollouts"> {
  const shown = (wire: WireObject | null): WireObject | null => (wire === null ? null : withoutBoxes(wire));
  const objects = change.objects.map((each) => ({ ...each, before: shown(each.before), after: shown(each.after) }));
  return { ...change, objects };
}

export function summaryOf(change: StoredChange): ChangeSummary {
  return {
    ...shownChange(change),
    objects: change.objects.map(({ change: what, object, fields }) => ({ change: what, object, fields })),
  };
}

/** When the change after that one was made, RFC 3339; undefined for the last one. */
export function nextAt(store: Store, id: number): string | undefined {
  const record = store.get(keyOf(id + 1));
  return record === undefined ? undefined : (JSON.parse(record.value) as StoredChange).at;
}

/** The number that the next change gets. */
export function nextChangeId(store: Store): number {
  const last = store.list(prefix).records.at(-1);
  return last === undefined ? 1 : Number(last.key.slice(prefix.length)) + 1;
}

export function putChange(change: StoredChange): readonly StoreWrite[] {
  const put: StoreWrite = { kind: "Put", key: keyOf(change.id), value: JSON.stringify(change), ifRevision: 0 };
  const forget: StoreWrite = { kind: "Delete", key: keyOf(change.id - changesKept) };
  return change.id > changesKept ? [put, forget] : [put];
}
