/** What an edit leaves behind: records, the change for the history, events. Pure. */
import type { ClauseProof, Plan, PlanContracts } from "@netwright/api";
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

interface ChangeFacts {
  readonly id: number;
  readonly at: string;
  readonly ledger: Ledger;
  /** Clauses that it breaks, and that were justified. */
  readonly accepted: readonly ClauseProof[];
}

/** Undefined when only places in files moved: that is no change of an object. */
export function changeOf(
  { subject: { name: by }, message, undoes }: EditRequest,
  candidate: Candidate,
  { id, at, ledger, accepted }: ChangeFacts,
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
  const overrides = accepted.map(({ clause, origin, reason }) => ({
    object: origin?.object ?? "",
    clause,
    reason: reason ?? "",
  }));
  return {
    id,
    at,
    by,
    message,
    undoes,
    objects,
    keys,
    ...(overrides.length === 0 ? {} : { accepted: overrides }),
    ...(pins.length === 0 ? {} : { pins }),
  };
}

export function describeProof({ flows }: Plan, contracts: PlanContracts | undefined): string {
  const count = (change: "Opened" | "Closed"): number => flows.filter((flow) => flow.change === change).length;
  const opened = count("Opened");
  const { proved = 0 } = contracts ?? {};
  const clauses = contracts === undefined ? "" : `${proved} ${proved === 1 ? "clause" : "clauses"}, `;
  return `${clauses}${opened} ${opened === 1 ? "flow" : "flows"} opened, ${count("Closed")} closed`;
}

/** @param accepted clauses that it breaks, and that were justified */
export function eventsOf(
  { subject: { name: by }, undoes }: EditRequest,
  { changes }: Candidate,
  accepted: readonly ClauseProof[],
): readonly NewEvent[] {
  const words = { Create: "Created", Update: "Updated", Delete: "Deleted" } as const;
  const overrides = accepted.flatMap(({ clause, origin, reason }) =>
    origin === null
      ? []
      : [
          {
            object: origin.object,
            type: "Warning" as const,
            reason: "ContractOverridden",
            message: `by ${by}: ${clause} does not hold: ${reason ?? ""}`,
          },
        ],
  );
  const edits = changes.flatMap(({ change, object, fields }) => {
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
  return [...edits, ...overrides];
}

export function writesOf({ changes }: Candidate, change: StoredChange | undefined): readonly StoreWrite[] {
  const objects = changes.flatMap(({ key, before, after }) =>
    before === after ? [] : [after === undefined ? deleteItem(key) : putItem(after)],
  );
  return [...objects, ...(change === undefined ? [] : putChange(change))];
}
