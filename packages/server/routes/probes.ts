/** For who verifies: connection attempts from nodes and instances, and what kernels say of themselves. */
import { probeRequestSchema, type ProbeSource } from "@netwright/api";
import { askForProbes } from "../agents/ask-for-probes.ts";
import { lines } from "../http/answers.ts";
import { readJson } from "../http/body.ts";
import { parse } from "../http/parse.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import type { ServerContext } from "./context.ts";
import { entryOf, relayed } from "./instances.ts";
import { nodeOf } from "./nodes.ts";

/** Octets: of the most probes that one request may have. */
const probesLimit = 256 * 2 ** 10;

export const probeRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "POST",
    path: "/v1alpha1/projects/{project}/instances/{id}/probe",
    summary: "Connection attempts of an instance, all at once; what became of each.",
    access: "Editor",
    reach: "Project",
    body: "ProbeRequest",
    answer: { kind: "Lines", schema: "ProbeResult" },
    handle: (call) => {
      const { host, project, id } = entryOf(context, call);
      return probe(context, call, host, { project, instance: id });
    },
  },
  {
    method: "GET",
    path: "/v1alpha1/projects/{project}/instances/{id}/arrivals",
    summary:
      "What comes to an instance to open something, as it comes, whether it is answered or not: a line of output each.",
    access: "Editor",
    reach: "Project",
    answer: { kind: "Lines", schema: "OutputChunk" },
    handle: async (call) => {
      const { host, project, id: instance } = entryOf(context, call);
      const signal = AbortSignal.any([call.request.signal, context.stop]);
      return relayed(await context.requests.ask(host, { kind: "Arrivals", project, instance }, signal));
    },
  },
  {
    method: "POST",
    path: "/v1alpha1/nodes/{node}/probe",
    summary: "Connection attempts of a host or router itself, all at once; what became of each.",
    access: "Admin",
    reach: "Site",
    body: "ProbeRequest",
    answer: { kind: "Lines", schema: "ProbeResult" },
    handle: (call) => probe(context, call, nodeOf(context, call), null),
  },
  {
    method: "GET",
    path: "/v1alpha1/nodes/{node}/readback",
    summary: "What the node's kernel prints of every namespace of ours, in parts: a line of output each. Read only.",
    access: "Admin",
    reach: "Site",
    answer: { kind: "Lines", schema: "OutputChunk" },
    handle: async (call) => {
      const signal = AbortSignal.any([call.request.signal, context.stop]);
      return relayed(await context.requests.ask(nodeOf(context, call), { kind: "Readback" }, signal));
    },
  },
];

async function probe(context: ServerContext, call: Call, node: string, from: ProbeSource): Promise<Response> {
  const request = parse(probeRequestSchema, await readJson(call.request, probesLimit));
  for (const [index, { protocol, port }] of request.probes.entries())
    if ((protocol === "icmp") !== (port === 0))
      throw new RequestError(400, `probes[${index}].port: 0 for icmp, and no other`);
  return lines(call, context, (signal) => askForProbes(context, node, { ...request, from }, signal));
}
