/** Rollouts by hand: pause, resume, undo. */
import { defaultProject, rolloutRequestSchema } from "@netwright/api";
import { undoRollout } from "../apply/steer-rollouts.ts";
import { isOwn, noProject, permitted, scopeOf } from "../auth/scope.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";
import { requestOf } from "./edit-request.ts";
import { dryRunParameter } from "./parameters.ts";

const limit = 64 * 2 ** 10;

export const rolloutRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "POST",
    path: "/v1alpha1/rollout",
    summary: "Pauses, resumes or takes back what tiers of a service were asked to run.",
    access: "Editor",
    reach: "Project",
    query: [dryRunParameter],
    body: "RolloutRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => rollout(context, call),
  },
];

async function rollout({ controller }: ServerContext, call: Call): Promise<Response> {
  const { service, tier, action, revision, ...named } = parse(
    rolloutRequestSchema,
    await readJson(call.request, limit),
  );
  const scope = scopeOf(call.subject);
  const project = named.project ?? scope ?? defaultProject;
  if (!isOwn(scope, project)) throw noProject(project);
  const target = { project, service, tier };
  const request = requestOf(call);
  if (action !== "Undo") {
    if (revision !== undefined) throw new RequestError(400, `revision is for Undo, not for ${action}`);
    permitted(request.subject, { put: [], remove: [], prune: false });
    return json(await controller.steer(target, { ...request, action }));
  }
  const which = revision === undefined ? "" : ` to revision ${revision}`;
  return json(
    await controller.edit({
      edit: (items) => undoRollout(items, controller.world.ledger, target, revision),
      message: `rollout undo service/${service}${tier === undefined ? "" : `/${tier}`}${which}`,
      ...request,
    }),
  );
}
