/** The history of changes, and taking one back. */
import { undoEdit } from "../apply/undo.ts";
import { json } from "../http/answers.ts";
import { booleanQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { listChanges, readChange, shownChange } from "../state/history.ts";
import type { ServerContext } from "./context.ts";
import { dryRunParameter } from "./parameters.ts";

export const changeRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/changes",
    summary: "What was changed, newest first.",
    access: "Viewer",
    answer: { kind: "Object", schema: "ChangeList" },
    handle: () => json({ items: listChanges(context.store) }),
  },
  {
    method: "GET",
    path: "/v1alpha1/changes/{id}",
    summary: "One change, with every object before and after.",
    access: "Viewer",
    answer: { kind: "Object", schema: "Change" },
    handle: (call) => json(shownChange(readChange(context.store, idOf(call)))),
  },
  {
    method: "POST",
    path: "/v1alpha1/changes/{id}/undo",
    summary: "Takes a change back, unless its objects were changed again since.",
    access: "Admin",
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

async function undo({ controller, store }: ServerContext, call: Call): Promise<Response> {
  const change = readChange(store, idOf(call));
  return json(
    await controller.edit({
      edit: (items) => undoEdit(items, change),
      message: `undo change ${change.id}`,
      by: call.subject?.name ?? "",
      undoes: change.id,
      dryRun: booleanQuery(call, "dryRun"),
    }),
  );
}
