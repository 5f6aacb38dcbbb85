/** The history of changes, and taking one back. */
import type { Change } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { undoEdit, type StoredChange } from "../apply/undo.ts";
import { isVisibleName, scopeOf } from "../auth/scope.ts";
import { concerns, isWholly, visibleChange, visibleSummaries } from "../auth/visible-changes.ts";
import { json } from "../http/answers.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { rolloutsOf } from "../status/rollout-status.ts";
import { listChanges, nextAt, noChange, readChange, shownChange } from "../state/history.ts";
import type { ServerContext } from "./context.ts";
import { requestOf } from "./edit-request.ts";
import { dryRunParameter } from "./parameters.ts";

export const changeRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/changes",
    summary: "What was changed, newest first.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Object", schema: "ChangeList" },
    handle: ({ subject }) => json({ items: visibleSummaries(scopeOf(subject), listChanges(context.store)) }),
  },
  {
    method: "GET",
    path: "/v1alpha1/changes/{id}",
    summary: "One change, with every object before and after.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Object", schema: "Change" },
    handle: (call) => json(read(context, call)),
  },
  {
    method: "POST",
    path: "/v1alpha1/changes/{id}/undo",
    summary: "Takes a change back, unless its objects were changed again since.",
    access: "Editor",
    reach: "Project",
    query: [dryRunParameter],
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => undo(context, call),
  },
];

function idOf({ params }: Call): number {
  const id = params["id"] ?? "";
  if (!/^\d{1,12}$/.test(id)) throw new RequestError(400, `${JSON.stringify(id)} is not the number of a change`);
  return Number(id);
}

/** @throws NW1501 for a change that is not there, or of which nothing is visible. */
function changeOf({ store }: ServerContext, call: Call): StoredChange {
  const change = readChange(store, idOf(call));
  if (!concerns(scopeOf(call.subject), change)) throw noChange(change.id);
  return change;
}

function read(context: ServerContext, call: Call): Change {
  const change = changeOf(context, call);
  const scope = scopeOf(call.subject);
  const rollouts = rolloutsOf(context.controller.world.ledger, change, nextAt(context.store, change.id));
  const own = rollouts.filter(({ object }) => isVisibleName(scope, object));
  return { ...visibleChange(scope, shownChange(change)), rollouts: own };
}

async function undo(context: ServerContext, call: Call): Promise<Response> {
  const change = changeOf(context, call);
  const scope = scopeOf(call.subject);
  if (!isWholly(scope, change))
    throw new NetwrightError("NW1504", `change ${change.id} is not of project ${scope} alone`);
  return json(
    await context.controller.edit({
      edit: (items) => undoEdit(items, change),
      message: `undo change ${change.id}`,
      ...requestOf(call),
      undoes: change.id,
    }),
  );
}
