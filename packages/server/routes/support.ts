/** What somebody needs to help: the server's own log, and what agents tell of their machines. */
import { redactor } from "@netwright/base";
import { text } from "../http/answers.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";
import { relayed } from "./instances.ts";
import { nodeOf } from "./nodes.ts";

const redact = redactor([]);

export const supportRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/log",
    summary: "The last lines of the server's log, without secrets.",
    access: "Admin",
    reach: "Site",
    answer: { kind: "Text", mediaType: "application/x-ndjson" },
    handle: () => text(redact(context.recentLog()), "application/x-ndjson"),
  },
  {
    method: "GET",
    path: "/v1alpha1/nodes/{node}/facts",
    summary:
      "What the node's agent tells of its machine for a support bundle, without secrets: a FactFile per line of output.",
    access: "Admin",
    reach: "Site",
    answer: { kind: "Lines", schema: "OutputChunk" },
    handle: (call) => facts(context, call),
  },
];

async function facts(context: ServerContext, call: Call): Promise<Response> {
  const signal = AbortSignal.any([call.request.signal, context.stop]);
  return relayed(await context.requests.ask(nodeOf(context, call), { kind: "Facts" }, signal));
}
