/** Logs of instances and commands in them, through the agent of their host. */
import { execRequestSchema } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { InstanceEntry } from "@netwright/compiler";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { booleanQuery, integerQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";

const execLimit = 4 * 2 ** 20;

export const instanceRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/projects/{project}/instances/{id}/logs",
    summary: "What an instance printed.",
    access: "Viewer",
    reach: "Project",
    query: [
      { name: "follow", type: "boolean", summary: "Go on with what it prints from now on." },
      { name: "tail", type: "integer", summary: "Only so many lines from the end." },
    ],
    answer: { kind: "Lines", schema: "OutputChunk" },
    handle: (call) => logs(context, call),
  },
  {
    method: "POST",
    path: "/v1alpha1/projects/{project}/instances/{id}/exec",
    summary: "Runs a command in an instance.",
    access: "Editor",
    reach: "Project",
    body: "ExecRequest",
    answer: { kind: "Lines", schema: "OutputChunk" },
    handle: (call) => exec(context, call),
  },
];

/** @throws NW1501; RequestError for a load balancer, which has no namespace of its own. */
export function entryOf({ controller }: ServerContext, { params }: Call): InstanceEntry {
  const { project = "", id = "" } = params;
  const entry = controller.world.ledger.get(`instance/${project}/${id}`);
  if (entry?.kind !== "Instance")
    throw new NetwrightError("NW1501", `there is no instance/${id}`, { subject: `instance/${id}` });
  if (entry.role === "LoadBalancer")
    throw new RequestError(400, `${id} is a load balancer: a part of its host's data path, without a process`);
  return entry;
}

async function logs(context: ServerContext, call: Call): Promise<Response> {
  const { host, project, id: instance } = entryOf(context, call);
  const request = {
    kind: "Logs",
    project,
    instance,
    follow: booleanQuery(call, "follow"),
    tail: integerQuery(call, "tail") ?? null,
  } as const;
  return relayed(await context.requests.ask(host, request, AbortSignal.any([call.request.signal, context.stop])));
}

async function exec(context: ServerContext, call: Call): Promise<Response> {
  const { host, project, id: instance } = entryOf(context, call);
  const { command, input } = parse(execRequestSchema, await readJson(call.request, execLimit));
  const request = { kind: "Exec", project, instance, command, input } as const;
  context.log.info("Exec", { instance: `${project}/${instance}`, by: call.subject?.name });
  return relayed(await context.requests.ask(host, request, AbortSignal.any([call.request.signal, context.stop])));
}

/** Lines of an agent as they come. */
export const relayed = (output: ReadableStream<Uint8Array>): Response =>
  new Response(output, { headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" } });
