/** Deleting objects together: all of them or none. */
import { defaultProject, deleteRequestSchema, kinds } from "@netwright/api";
import { permitted, scopeOf } from "../auth/scope.ts";
import type { Edit } from "../apply/edit.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { displayName, keyText, type ObjectKey } from "../state/objects.ts";
import type { ServerContext } from "./context.ts";
import { requestOf } from "./edit-request.ts";
import { dryRunParameter } from "./parameters.ts";

/** Octets. */
const limit = 4 * 2 ** 20;
/** Objects that the history names in the line of a change. */
const namedMax = 5;

export const deleteRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "POST",
    path: "/v1alpha1/delete",
    summary: "Deletes objects, unless others than these use them: all of them or none.",
    access: "Editor",
    reach: "Project",
    query: [dryRunParameter],
    body: "DeleteRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => deleteNamed(context, call),
  },
];

async function deleteNamed(context: ServerContext, call: Call): Promise<Response> {
  const { objects, ignoreMissing } = parse(deleteRequestSchema, await readJson(call.request, limit));
  const own = scopeOf(call.subject) ?? defaultProject;
  const keys = objects.map(({ kind, project, name }): ObjectKey => {
    const isOfProject = kinds[kind].scope === "Project";
    if (!isOfProject && project !== undefined)
      throw new RequestError(400, `${displayName({ kind, project: undefined, name })} belongs to no project`);
    return { kind, name, project: isOfProject ? (project ?? own) : undefined };
  });
  return deleteObjects(context, call, keys, ignoreMissing);
}

/** @throws NetwrightError that names every one that may not be deleted, is not there, or is used by others. */
export async function deleteObjects(
  { controller }: ServerContext,
  call: Call,
  named: readonly ObjectKey[],
  ignoreMissing = false,
): Promise<Response> {
  const keys = [...new Map(named.map((key) => [keyText(key), key])).values()];
  const volumes = keys.filter(({ kind }) => kind === "Volume");
  const edit: Edit = { put: [], remove: keys.map(keyText), prune: false, ignoreMissing };
  const request = requestOf(call);
  if (volumes.length === 0)
    return json(await controller.edit({ edit: () => edit, message: `delete ${namesOf(keys)}`, ...request }));
  if (volumes.length < keys.length)
    throw new RequestError(
      400,
      `${namesOf(volumes)} cannot be deleted together with what is no volume: what it holds cannot be had back`,
      "delete volumes by themselves, after what uses them",
    );
  permitted(request.subject, edit);
  return json(await controller.discard({ volumes, ignoreMissing, ...request }));
}

function namesOf(keys: readonly ObjectKey[]): string {
  const names = keys.slice(0, namedMax).map(displayName).join(", ");
  return keys.length > namedMax ? `${names} and ${keys.length - namedMax} more` : names;
}
