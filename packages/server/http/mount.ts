/** Makes a hono app of routes: token check, then the handler; every failure leaves as problem details. */
import { NetwrightError } from "@netwright/base";
import { Hono } from "hono";
import { mayCall, type Subject } from "../auth/subject.ts";
import { publicFailure } from "../auth/private-text.ts";
import { isOwn, noProject } from "../auth/scope.ts";
import { problemResponse } from "./problem.ts";
import { RequestError } from "./request-error.ts";
import type { Call, Route } from "./route.ts";

export interface MountOptions {
  readonly verify: (token: string) => Subject | undefined;
  /** Called with every call's outcome; `route` is the pattern, so that there are few of them. */
  readonly onAnswer: (outcome: { method: string; route: string; status: number; failure?: unknown }) => void;
}

export function mount(routes: readonly Route[], options: MountOptions): Hono {
  const app = new Hono();
  for (const [path, methods] of Map.groupBy(routes, (route) => route.path)) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.all(pattern, async (context) => {
      const params = context.req.param() as Record<string, string>;
      return answer(methods, { request: context.req.raw, url: new URL(context.req.url), params }, options);
    });
  }
  app.notFound((context) => {
    const failure = new RequestError(404, `there is nothing at ${context.req.path}`);
    options.onAnswer({ method: context.req.method, route: "none", status: 404 });
    // Without a token nobody learns which paths exist.
    return subjectOf(context.req.raw, options) === undefined
      ? problemResponse(noToken(context.req.raw))
      : problemResponse(failure);
  });
  return app;
}

async function answer(
  methods: readonly Route[],
  call: Omit<Call, "subject">,
  options: MountOptions,
): Promise<Response> {
  const { method } = call.request;
  const route =
    methods.find((one) => one.method === method) ??
    (method === "HEAD" ? methods.find((one) => one.method === "GET") : undefined);
  const pattern = methods[0]?.path ?? "none";
  const subject = subjectOf(call.request, options);
  try {
    if (subject === undefined && route?.access !== "Anyone") throw noToken(call.request);
    if (route === undefined) return methodNotAllowed(methods, call, options);
    if (subject !== undefined) checkCall(subject, route, call);
    const response = await route.handle({ ...call, subject });
    options.onAnswer({ method, route: pattern, status: response.status });
    return response;
  } catch (failure) {
    const project = subject?.project ?? null;
    const response = problemResponse(project === null ? failure : publicFailure(project, failure));
    options.onAnswer({ method, route: pattern, status: response.status, failure });
    return response;
  }
}

/** What is in a path is judged by its project first: of another's not even the methods are told apart. */
function checkCall(subject: Subject, route: Route, { request, url, params }: Omit<Call, "subject">): void {
  const { project } = params;
  if (project !== undefined && !isOwn(subject.project, project)) throw noProject(project);
  if (mayCall(subject, route, params["node"])) return;
  throw new NetwrightError("NW1504", `this token does not allow ${request.method} ${url.pathname}`);
}

function methodNotAllowed(methods: readonly Route[], call: Omit<Call, "subject">, options: MountOptions): Response {
  const allowed = methods.map((route) => route.method).join(", ");
  const response = problemResponse(
    new RequestError(405, `${call.url.pathname} takes ${allowed}, not ${call.request.method}`),
  );
  response.headers.set("allow", allowed);
  options.onAnswer({ method: call.request.method, route: methods[0]?.path ?? "none", status: 405 });
  return response;
}

function subjectOf(request: Request, options: MountOptions): Subject | undefined {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return token === undefined ? undefined : options.verify(token);
}

function noToken(request: Request): NetwrightError {
  return request.headers.has("authorization")
    ? new NetwrightError("NW1503", "the token is not known")
    : new NetwrightError("NW1503", "no token was sent", { hint: "send `Authorization: Bearer TOKEN`" });
}
