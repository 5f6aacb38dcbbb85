/** What autoscale decided, and stopping it. */
import { defaultProject, pauseRequestSchema, type AutoscaleReport, type Service } from "@netwright/api";
import type { Decision } from "@netwright/autoscale";
import { formatInstant, NetwrightError } from "@netwright/base";
import { projectKey, sizedService } from "@netwright/compiler";
import { pauseEdit } from "../apply/pause-autoscale.ts";
import { isOwn, noProject, scopeOf } from "../auth/scope.ts";
import { isScaled } from "../autoscale/autoscaler.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import type { Call, Route } from "../http/route.ts";
import { displayName } from "../state/objects.ts";
import type { ServerContext } from "./context.ts";
import { requestOf } from "./edit-request.ts";
import { dryRunParameter } from "./parameters.ts";

const pauseLimit = 64 * 2 ** 10;

export const autoscaleRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/projects/{project}/services/{name}/autoscale",
    summary: "How the sizes of a service's tiers came about.",
    access: "Viewer",
    reach: "Project",
    answer: { kind: "Object", schema: "AutoscaleReport" },
    handle: (call) => explain(context, call),
  },
  {
    method: "POST",
    path: "/v1alpha1/autoscale/pause",
    summary: "Stops or resumes growing, shrinking, or listening to metrics.",
    access: "Editor",
    reach: "Project",
    query: [dryRunParameter],
    body: "PauseRequest",
    answer: { kind: "Object", schema: "ApplyResponse" },
    handle: (call) => pause(context, call),
  },
];

function explain({ autoscaler, clock, controller }: ServerContext, { params, subject: caller }: Call): Response {
  const [project, name] = [params["project"] ?? "", params["name"] ?? ""];
  const subject = displayName({ kind: "Service", project, name });
  if (!isOwn(scopeOf(caller), project)) throw noProject(project);
  const service = controller.world.objects.services.get(projectKey(project, name))?.object;
  if (service === undefined) throw new NetwrightError("NW1501", `there is no ${subject}`, { subject });
  const decided = autoscaler.decided(projectKey(project, name));
  if (!isScaled(service))
    throw new NetwrightError("NW1501", `${subject} has no tier with autoscale`, {
      subject,
      hint: "write autoscale: { min: 1, max: 10 } in a tier",
    });
  const undecided = { at: clock.now(), desired: {}, reasons: [], stages: [] };
  return json(reportOf(sizedService(service, controller.world.ledger), decided ?? undecided));
}

function reportOf(
  service: Service,
  { at, desired, reasons, stages }: Pick<Decision, "at" | "desired" | "reasons" | "stages">,
): AutoscaleReport {
  const tiers = service.spec.tiers.flatMap(({ name: tier, autoscale, replicas }) =>
    autoscale === undefined
      ? []
      : [{ tier, desired: desired[tier] ?? replicas, min: autoscale.min, max: autoscale.max }],
  );
  return { at: formatInstant(at), tiers, reasons, stages };
}

async function pause({ controller }: ServerContext, call: Call): Promise<Response> {
  const pausing = parse(pauseRequestSchema, await readJson(call.request, pauseLimit));
  const scope = scopeOf(call.subject);
  const project = pausing.project ?? scope ?? defaultProject;
  if (!isOwn(scope, project)) throw noProject(project);
  return json(
    await controller.edit({
      edit: (items) => pauseEdit(items, { ...pausing, project }),
      message: `${pausing.paused ? "pause" : "resume"} autoscale of service/${pausing.service}`,
      ...requestOf(call),
    }),
  );
}
