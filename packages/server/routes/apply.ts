/** Changing objects: apply and scale. */
import { applyRequestSchema, scaleRequestSchema } from "@netwright/api";
import { decodeItems } from "../apply/edit.ts";
import { scaleEdit } from "../apply/scale.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { booleanQuery } from "../http/query.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";
import { dryRunParameter } from "./parameters.ts";

/** Octets. Manifests carry the files of workloads. */
const applyLimit = 32 * 2 ** 20;
const scaleLimit = 64 * 2 ** 10;

export const applyRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "POST",
    path: "/v1alpha1/apply",
    summary: "Makes objects be as written: all of them or none.",
    access: "Admin",
    query: [dryRunParameter],
    body: "ApplyRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => apply(context, call),
  },
  {
    method: "POST",
    path: "/v1alpha1/scale",
    summary: "Changes how many instances tiers have.",
    access: "Admin",
    query: [dryRunParameter],
    body: "ScaleRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => scale(context, call),
  },
];

async function apply({ controller }: ServerContext, call: Call): Promise<Response> {
  const { objects, prune, message = "" } = parse(applyRequestSchema, await readJson(call.request, applyLimit));
  const edit = { put: decodeItems(objects), remove: [], prune };
  return json(await controller.edit({ edit: () => edit, message, ...common(call) }));
}

async function scale({ controller }: ServerContext, call: Call): Promise<Response> {
  const scaling = parse(scaleRequestSchema, await readJson(call.request, scaleLimit));
  const sizes = Object.entries(scaling.tiers)
    .map(([tier, replicas]) => `${tier}=${replicas}`)
    .join(" ");
  return json(
    await controller.edit({
      edit: (items) => scaleEdit(items, scaling),
      message: `scale service/${scaling.service} ${sizes}`,
      ...common(call),
    }),
  );
}

const common = (call: Call): { by: string; undoes: null; dryRun: boolean } => ({
  by: call.subject?.name ?? "",
  undoes: null,
  dryRun: booleanQuery(call, "dryRun"),
});
