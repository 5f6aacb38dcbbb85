import type { FlowRecord } from "@netwright/api";
import { scopeOf, type Scope } from "../auth/scope.ts";
import { json, lines } from "../http/answers.ts";
import { booleanQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { answersNow } from "../status/answers.ts";
import { droppedFlows } from "../status/flows.ts";
import { askForFlows } from "../agents/ask-for-flows.ts";
import type { ServerContext } from "./context.ts";
import { watchParameter } from "./parameters.ts";

export const flowRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/flows",
    summary: "Flows that no rule allows, newest first.",
    access: "Viewer",
    reach: "Project",
    query: [
      watchParameter,
      { name: "dropped", type: "boolean", summary: "Must be true: only denied flows are recorded." },
    ],
    answer: { kind: "ObjectOrLines", schema: "FlowList", line: "FlowRecord" },
    handle: (call) => flows(context, call),
  },
  {
    method: "GET",
    path: "/v1alpha1/answers",
    summary: "Addresses that rules by name lead to now, as resolvers on hosts have answered them.",
    access: "Viewer",
    reach: "Project",
    query: [],
    answer: { kind: "Object", schema: "AnswerList" },
    handle: ({ subject }) => {
      const { reports, clock } = context;
      return json({ items: answersNow(reports.all(), clock.now(), scopeOf(subject)) });
    },
  },
];

function flows(context: ServerContext, call: Call): Response {
  const { controller, reports } = context;
  if (!booleanQuery(call, "dropped"))
    throw new RequestError(400, "only denied flows are recorded", "ask with dropped=true");
  if (!booleanQuery(call, "watch"))
    return json({ items: droppedFlows(controller.world, reports, scopeOf(call.subject)) });
  return lines(call, context, (signal) => watch(context, scopeOf(call.subject), signal));
}

const keyOf = ({ host, project, network, from, to, source, destination, protocol, port }: FlowRecord): string =>
  JSON.stringify([host, project, network, source ?? from, destination ?? to, protocol, port]);

/** What is known, oldest first, then each flow again whenever its counter rose. */
async function* watch(context: ServerContext, scope: Scope, signal: AbortSignal): AsyncGenerator<FlowRecord, void> {
  const { controller, reports } = context;
  let sent = new Map<string, number>();
  askForFlows(context, signal);
  while (!signal.aborted) {
    const known = droppedFlows(controller.world, reports, scope);
    const fresh = known.filter((flow) => sent.get(keyOf(flow)) !== flow.packets).toReversed();
    sent = new Map(known.map((flow) => [keyOf(flow), flow.packets]));
    if (fresh.length === 0) await reports.wakeups.next(signal);
    else yield* fresh;
  }
}
