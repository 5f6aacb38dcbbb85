/** The agents' side: state down, reports and output up. A node's token opens its own node's routes and nothing else. */
import { reportEnvelopeSchema, type NodeState } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { HostState, NodeReport } from "@netwright/contract";
import { nodeNames } from "../control/world.ts";
import { json, lines } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { booleanQuery, integerQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { withoutValues } from "../secrets/without-values.ts";
import type { ServerContext } from "./context.ts";
import { watchParameter, watchParameters } from "./parameters.ts";

/** Octets: a report of 65,535 instances. */
const reportLimit = 32 * 2 ** 20;

export const nodeRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/nodes/{node}/state",
    summary: "What the node should be: now, or every new state.",
    access: "Node",
    reach: "Site",
    query: watchParameters,
    answer: { kind: "ObjectOrLines", schema: "NodeState", line: "NodeState" },
    handle: (call) => state(context, call),
  },
  {
    method: "PUT",
    path: "/v1alpha1/nodes/{node}/report",
    summary: "What the node is.",
    access: "Node",
    reach: "Site",
    body: "NodeReport",
    answer: { kind: "Object", schema: "Empty" },
    handle: (call) => report(context, call),
  },
  {
    method: "GET",
    path: "/v1alpha1/nodes/{node}/requests",
    summary: "What the server asks of the node, as it comes.",
    access: "Node",
    reach: "Site",
    query: [watchParameter],
    answer: { kind: "Lines", schema: "AgentRequest" },
    handle: (call) => lines(call, context, (signal) => context.requests.watch(nodeOf(context, call), signal)),
  },
  {
    method: "POST",
    path: "/v1alpha1/nodes/{node}/requests/{id}/output",
    summary: "The output of one request, line by line as it is made.",
    access: "Node",
    reach: "Site",
    body: "OutputChunk",
    answer: { kind: "Object", schema: "Empty" },
    handle: (call) => output(context, call),
  },
];

/** @throws NW1501 for a node that is neither a Host nor a managed Router, and was none: an agent may outlive its object. */
export function nodeOf({ controller, states }: ServerContext, { params }: Call): string {
  const node = params["node"] ?? "";
  if (!nodeNames(controller.world.standing).includes(node) && !states.hasDeparted(node)) {
    throw new NetwrightError("NW1501", `there is no Host or managed Router ${node}`, { subject: `host/${node}` });
  }
  return node;
}

function state(context: ServerContext, call: Call): Response {
  const node = nodeOf(context, call);
  const since = integerQuery(call, "since") ?? 0;
  const shown = ({ revision, state: own }: NodeState<HostState>): NodeState<HostState> =>
    // The values are the agent's alone.
    ({ revision, state: call.subject?.role === "Node" ? own : withoutValues(own) });
  if (booleanQuery(call, "watch"))
    return lines(call, context, async function* (signal) {
      for await (const each of context.states.watch(node, since, signal)) yield shown(each);
    });
  const current = context.states.get(node);
  if (current === undefined) throw new NetwrightError("NW1505", `the state of ${node} is not compiled yet`);
  return json(shown(current));
}

async function report(context: ServerContext, call: Call): Promise<Response> {
  const node = nodeOf(context, call);
  const body = parse(reportEnvelopeSchema, await readJson(call.request, reportLimit)) as unknown as NodeReport;
  if (body.node !== node) throw new RequestError(400, `the report is about ${body.node}, not ${node}`);
  context.metrics.reports.inc();
  context.controller.report(body);
  return json({});
}

async function output(context: ServerContext, call: Call): Promise<Response> {
  const node = nodeOf(context, call);
  await context.requests.answer(
    node,
    call.params["id"] ?? "",
    call.request.body ?? new ReadableStream({ start: (controller) => controller.close() }),
  );
  return json({});
}
