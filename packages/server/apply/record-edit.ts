/** What an edit leaves behind: records, the change for the history, events. Pure. */
import type { Plan } from "@netwright/api";
import { pinsOf, type Ledger } from "@netwright/compiler";
import type { StoreWrite } from "@netwright/contract";
import type { Subject } from "../auth/subject.ts";
import type { NewEvent } from "../state/events.ts";
import { putChange } from "../state/history.ts";
import { deleteItem, putItem, type Items } from "../state/objects.ts";
import { wireOf, type Candidate } from "./candidate.ts";
import type { Edit } from "./edit.ts";
import type { StoredChange } from "./undo.ts";

export interface EditRequest {
  /** Made from the objects of the moment, when it is this edit's turn. */
  readonly edit: (items: Items) => Edit;
  readonly message: string;
  readonly subject: Subject;
  readonly undoes: number | null;
  readonly dryRun: boolean;
}

/** Undefined when only places in files moved: that is no change of an object. */
export function changeOf(
  { subject: { name: by }, message, undoes }: EditRequest,
  candidate: Candidate,
  { id, at, ledger }: { readonly id: number; readonly at: string; readonly ledger: Ledger },
): StoredChange | undefined {
  const changed = candidate.changes.filter(({ change }) => change !== "Unchanged");
  if (changed.length === 0) return undefined;
  const objects = changed.map(({ change, object, fields, before, after }) => ({
    change,
    object,
    fields,
    before: before === undefined ? null : wireOf(before),
    after: after === undefined ? null : wireOf(after),
  }));
  const keys = changed.map(({ key, before }) => ({ key, sources: before?.sources ?? {} }));
  const pins = changed.flatMap(({ before }) =>
    before?.object.kind === "Service" ? pinsOf(ledger, before.object) : [],
  );
  return { id, at, by, message, undoes, objects, keys, ...(pins.length === 0 ? {} : { pins }) };
}

export function describeFlows({ flows }: Plan): string {
  const count = (change: "Opened" | "Closed"): number => flows.filter((flow) => flow.change === change).length;
  const opened = count("Opened");
  return `${opened} ${opened === 1 ? "flow" : "flows"} opened, ${count("Closed")} closed`;
}

export function eventsOf({ subject: { name: by }, undoes }: EditRequest, { changes }: Candidate): readonly NewEvent[] {
  const words = { Create: "Created", Update: "Updated", Delete: "Deleted" } as const;
  return changes.flatMap(({ change, object, fields }) => {
    if (change === "Unchanged") return [];
    const what = fields.length === 0 ? "" : `: ${fields.slice(0, 5).join(", ")}${fields.length > 5 ? " and more" : ""}`;
    return [
      {
        object,
        type: "Normal" as const,
        reason: words[change],
        message: `by ${by}${undoes === null ? "" : `, undoing change ${undoes}`}${what}`,
      },
    ];
  });
}

export function writesOf({ changes }: Candidate, change: StoredChange | undefined): readonly StoreWrite[] {
  const objects = changes.flatMap(({ key, before, after }) =>
    before === after ? [] : [after === undefined ? deleteItem(key) : putItem(after)],
  );
  return [...objects, ...(change === undefined ? [] : putChange(change))];
}
