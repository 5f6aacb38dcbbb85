/** Changing objects: apply and scale. */
import { applyRequestSchema, defaultProject, scaleRequestSchema } from "@netwright/api";
import { isOwn, noProject, scopeOf } from "../auth/scope.ts";
import { decodeItems } from "../apply/edit.ts";
import { scaleEdit } from "../apply/scale.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";
import { requestOf } from "./edit-request.ts";
import { dryRunParameter } from "./parameters.ts";

/** Octets. Manifests carry the files of workloads. */
const applyLimit = 32 * 2 ** 20;
const scaleLimit = 64 * 2 ** 10;

export const applyRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "POST",
    path: "/v1alpha1/apply",
    summary: "Makes objects be as written: all of them or none.",
    access: "Editor",
    reach: "Project",
    query: [dryRunParameter],
    body: "ApplyRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => apply(context, call),
  },
  {
    method: "POST",
    path: "/v1alpha1/scale",
    summary: "Changes how many instances tiers have.",
    access: "Editor",
    reach: "Project",
    query: [dryRunParameter],
    body: "ScaleRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => scale(context, call),
  },
];

async function apply({ controller }: ServerContext, call: Call): Promise<Response> {
  const { objects, prune, message = "" } = parse(applyRequestSchema, await readJson(call.request, applyLimit));
  const edit = { put: decodeItems(objects, scopeOf(call.subject)), remove: [], prune };
  return json(await controller.edit({ edit: () => edit, message, ...requestOf(call) }));
}

async function scale({ controller }: ServerContext, call: Call): Promise<Response> {
  const scaling = parse(scaleRequestSchema, await readJson(call.request, scaleLimit));
  const scope = scopeOf(call.subject);
  const project = scaling.project ?? scope ?? defaultProject;
  if (!isOwn(scope, project)) throw noProject(project);
  const sizes = Object.entries(scaling.tiers)
    .map(([tier, replicas]) => `${tier}=${replicas}`)
    .join(" ");
  return json(
    await controller.edit({
      edit: (items) => scaleEdit(items, { ...scaling, project }),
      message: `scale service/${scaling.service} ${sizes}`,
      ...requestOf(call),
    }),
  );
}
