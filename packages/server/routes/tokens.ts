import { defaultProject, tokenRequestSchema, type TokenRequest } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import { isOwn, noProject, scopeOf } from "../auth/scope.ts";
import { json } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";

const limit = 16 * 2 ** 10;

export const tokenRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/self",
    summary: "Whose token this is, and what it is for.",
    access: "Token",
    reach: "Project",
    answer: { kind: "Object", schema: "Self" },
    handle: ({ subject }) => json(subject),
  },
  {
    method: "GET",
    path: "/v1alpha1/tokens",
    summary: "Every token, without its secret.",
    access: "Admin",
    reach: "Project",
    answer: { kind: "Object", schema: "TokenList" },
    handle: ({ subject }) => json({ items: context.tokens.list(scopeOf(subject)) }),
  },
  {
    method: "POST",
    path: "/v1alpha1/tokens",
    summary: "Makes a token. Its secret is shown this once.",
    access: "Admin",
    reach: "Project",
    body: "TokenRequest",
    answer: { kind: "Object", schema: "NewToken", status: 201 },
    handle: (call) => create(context, call),
  },
  {
    method: "DELETE",
    path: "/v1alpha1/tokens/{id}",
    summary: "Makes a token worthless at once.",
    access: "Admin",
    reach: "Project",
    answer: { kind: "Object", schema: "Token" },
    handle: (call) => remove(context, call),
  },
];

async function create({ tokens, controller, log }: ServerContext, call: Call): Promise<Response> {
  const request = inScope(call, parse(tokenRequestSchema, await readJson(call.request, limit)));
  // Not beside an edit, which may be deleting the project.
  const token = await controller.alone(() => {
    checkProject(request.project, controller.world.objects.projects);
    return tokens.create(request);
  });
  const { id, name, role, node, project } = token;
  log.info("TokenCreated", { id, name, role, node, project, by: call.subject?.name });
  return json(token, 201);
}

async function remove({ tokens, log }: ServerContext, call: Call): Promise<Response> {
  const token = await tokens.remove(call.params["id"] ?? "", scopeOf(call.subject));
  log.info("TokenDeleted", { id: token.id, name: token.name, by: call.subject?.name });
  return json(token);
}

/** Admins of a project make tokens of that project. */
function inScope({ subject }: Call, request: TokenRequest): TokenRequest {
  const scope = scopeOf(subject);
  if (scope === null) return request;
  if (request.role === "Node")
    throw new NetwrightError("NW1504", "tokens of hosts and routers are made by admins of the site");
  const { project = scope } = request;
  if (!isOwn(scope, project)) throw noProject(project);
  return { ...request, project };
}

/** @throws NW1301 for a project that is not there: whoever makes it later would not know of the token. */
function checkProject(project: string | undefined, projects: ReadonlyMap<string, unknown>): void {
  if (project === undefined || project === defaultProject || projects.has(project)) return;
  throw new NetwrightError("NW1301", `there is no Project ${project}`, { hint: "apply a Project of this name first" });
}
