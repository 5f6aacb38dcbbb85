/** Objects of every kind that the server keeps: list, watch, read, delete. */
import { kindNames, kinds, type Kind, type KindName, type WireObject } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { publicObject } from "../auth/private-text.ts";
import { isVisible, scopeOf, type Scope } from "../auth/scope.ts";
import type { Reach } from "../auth/subject.ts";
import { json, lines } from "../http/answers.ts";
import { booleanQuery, integerQuery } from "../http/query.ts";
import type { Call, Route } from "../http/route.ts";
import { isWritable, keyText, missingObject, parseKey, type ObjectKey } from "../state/objects.ts";
import type { ServerContext } from "./context.ts";
import { deleteObjects } from "./delete.ts";
import { dryRunParameter, watchParameters } from "./parameters.ts";

export const objectRoutes = (context: ServerContext): readonly Route[] =>
  kindNames.filter((kind) => kinds[kind].scope !== "File").flatMap((kind) => routesOf(context, kind, kinds[kind]));

function routesOf(context: ServerContext, kind: KindName, { plural, scope }: Kind): readonly Route[] {
  const everywhere = `/v1alpha1/${plural}`;
  const root = scope === "Project" ? `/v1alpha1/projects/{project}/${plural}` : everywhere;
  // People of one project see their own Project, and of the other kinds of the site nothing.
  const reach: Reach = scope === "Project" || kind === "Project" ? "Project" : "Site";
  const list = (path: string, summary: string): Route => ({
    method: "GET",
    path,
    summary,
    access: "Viewer",
    reach,
    query: watchParameters,
    answer: { kind: "ObjectOrLines", schema: `${kind}List`, line: `${kind}WatchEvent` },
    handle: (call) => listObjects(context, call, kind),
  });
  const keyOf = ({ params }: Call): ObjectKey => ({ kind, project: params["project"], name: params["name"] ?? "" });
  const one: Route = {
    method: "GET",
    path: `${root}/{name}`,
    summary: `One ${kind}.`,
    access: "Viewer",
    reach,
    answer: { kind: "Object", schema: kind },
    handle: (call) => json(readObject(context, call, keyOf(call))),
  };
  const remove: Route = {
    method: "DELETE",
    path: `${root}/{name}`,
    summary: `Deletes one ${kind}, unless others use it.`,
    access: scope === "Project" ? "Editor" : "Admin",
    reach: scope === "Project" ? "Project" : "Site",
    query: [dryRunParameter],
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => deleteObjects(context, call, [keyOf(call)]),
  };
  return [
    list(root, scope === "Project" ? `Every ${kind} of a project.` : `Every ${kind}.`),
    ...(scope === "Project" ? [list(everywhere, `Every ${kind} of all projects.`)] : []),
    one,
    ...(isWritable(kind) || kind === "Volume" ? [remove] : []),
  ];
}

function listObjects({ view, ...context }: ServerContext, call: Call, kind: KindName): Response {
  const scope = scopeOf(call.subject);
  const project = call.params["project"];
  const prefix = project === undefined ? `${kind}/` : `${kind}/${project}/`;
  const wanted = (key: string): boolean => key.startsWith(prefix) && isVisible(scope, parseKey(key));
  if (!booleanQuery(call, "watch"))
    return json({ items: view.list(wanted).map((object) => shown(scope, object)), revision: view.log.revision() });
  const since = integerQuery(call, "since");
  if (since !== undefined) view.log.check(since);
  return lines(call, context, async function* (signal) {
    for await (const event of view.watch(wanted, since, signal)) yield { ...event, object: shown(scope, event.object) };
  });
}

const shown = (scope: Scope, object: WireObject): WireObject => (scope === null ? object : publicObject(object));

/** What is not visible and what is not there are told alike. */
function readObject({ view }: ServerContext, call: Call, key: ObjectKey): WireObject {
  const scope = scopeOf(call.subject);
  const object = isVisible(scope, key) ? view.get(keyText(key)) : undefined;
  if (object !== undefined) return shown(scope, object);
  throw NetwrightError.of([missingObject(key)]);
}
