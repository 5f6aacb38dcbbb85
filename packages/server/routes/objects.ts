/** Objects of every kind that the server keeps: list, watch, read, delete. */
import { kindNames, kinds, type Kind, type KindName } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { json, lines } from "../http/answers.ts";
import { booleanQuery, integerQuery } from "../http/query.ts";
import type { Call, Route } from "../http/route.ts";
import { displayName, isWritable, keyText, type ObjectKey } from "../state/objects.ts";
import type { ServerContext } from "./context.ts";
import { dryRunParameter, watchParameters } from "./parameters.ts";

export const objectRoutes = (context: ServerContext): readonly Route[] =>
  kindNames.filter((kind) => kinds[kind].scope !== "File").flatMap((kind) => routesOf(context, kind, kinds[kind]));

function routesOf(context: ServerContext, kind: KindName, { plural, scope }: Kind): readonly Route[] {
  const everywhere = `/v1alpha1/${plural}`;
  const root = scope === "Project" ? `/v1alpha1/projects/{project}/${plural}` : everywhere;
  const list = (path: string, summary: string): Route => ({
    method: "GET",
    path,
    summary,
    access: "Viewer",
    query: watchParameters,
    answer: { kind: "ObjectOrLines", schema: `${kind}List`, line: `${kind}WatchEvent` },
    handle: (call) => listObjects(context, call, prefixOf(kind, call)),
  });
  const keyOf = ({ params }: Call): ObjectKey => ({ kind, project: params["project"], name: params["name"] ?? "" });
  const one: Route = {
    method: "GET",
    path: `${root}/{name}`,
    summary: `One ${kind}.`,
    access: "Viewer",
    answer: { kind: "Object", schema: kind },
    handle: (call) => json(readObject(context, keyOf(call))),
  };
  const remove: Route = {
    method: "DELETE",
    path: `${root}/{name}`,
    summary: `Deletes one ${kind}, unless others use it.`,
    access: "Admin",
    query: [dryRunParameter],
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => deleteObject(context, call, keyOf(call)),
  };
  return [
    list(root, scope === "Project" ? `Every ${kind} of a project.` : `Every ${kind}.`),
    ...(scope === "Project" ? [list(everywhere, `Every ${kind} of all projects.`)] : []),
    one,
    ...(isWritable(kind) ? [remove] : []),
  ];
}

const prefixOf = (kind: KindName, { params }: Call): string =>
  params["project"] === undefined ? `${kind}/` : `${kind}/${params["project"]}/`;

function listObjects(context: ServerContext, call: Call, prefix: string): Response {
  const { view } = context;
  if (!booleanQuery(call, "watch")) return json({ items: view.list(prefix), revision: view.log.revision() });
  const since = integerQuery(call, "since");
  if (since !== undefined) view.log.check(since);
  return lines(call, context, (signal) => view.watch(prefix, since, signal));
}

function readObject({ view }: ServerContext, key: ObjectKey): object {
  const object = view.get(keyText(key));
  if (object !== undefined) return object;
  const subject = displayName(key);
  throw new NetwrightError("NW1501", `there is no ${subject}`, { subject });
}

async function deleteObject({ controller }: ServerContext, call: Call, key: ObjectKey): Promise<Response> {
  const edit = { put: [], remove: [keyText(key)], prune: false };
  const by = call.subject?.name ?? "";
  const dryRun = booleanQuery(call, "dryRun");
  return json(
    await controller.edit({ edit: () => edit, message: `delete ${displayName(key)}`, by, undoes: null, dryRun }),
  );
}
