import { defaultProject } from "@netwright/api";
import { isNetwrightError, parseIpv6, type Ipv6 } from "@netwright/base";
import type { Packet } from "@netwright/model";
import { isOwn, noProject, scopeOf } from "../auth/scope.ts";
import { checkWithin, publicTrace } from "../auth/traces.ts";
import { json } from "../http/answers.ts";
import { integerQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { traceConnection } from "../trace/trace-connection.ts";
import type { ServerContext } from "./context.ts";

export const traceRoutes = (context: ServerContext): readonly Route[] => [
  {
    method: "GET",
    path: "/v1alpha1/trace",
    summary: "The way of one connection, hop by hop, and what is wrong on it right now.",
    access: "Viewer",
    reach: "Project",
    query: [
      { name: "destination", type: "string", summary: "IPv6 address that is connected to." },
      { name: "port", type: "integer", summary: "Port that is connected to." },
      { name: "protocol", type: "string", summary: "tcp, the default, or udp." },
      { name: "instance", type: "string", summary: "Instance that connects; the internet when left out." },
      { name: "project", type: "string", summary: "Project of that instance." },
      { name: "source", type: "string", summary: "Address that connects; needed from the internet." },
      { name: "sourcePort", type: "integer", summary: "Port that connects; 40000 when left out." },
    ],
    answer: { kind: "Object", schema: "ConnectionTrace" },
    handle: (call) => trace(context, call),
  },
];

async function trace(context: ServerContext, call: Call): Promise<Response> {
  const scope = scopeOf(call.subject);
  const packet = packetOf(context, call);
  if (scope !== null) checkWithin(scope, packet, context.controller.facts());
  const found = await traceConnection(context, packet, AbortSignal.any([call.request.signal, context.stop]));
  return json(scope === null ? found : publicTrace(found, new Set(context.states.all().keys())));
}

const defaultSourcePort = 40_000;

function packetOf({ states }: ServerContext, call: Call): Packet {
  const { searchParams } = call.url;
  const protocol = searchParams.get("protocol") ?? "tcp";
  if (protocol !== "tcp" && protocol !== "udp") throw new RequestError(400, "protocol is neither tcp nor udp");
  const destinationPort = integerQuery(call, "port") ?? 0;
  if (destinationPort < 1 || destinationPort > 65_535) throw new RequestError(400, "port is not a port (1 to 65535)");
  const sourcePort = integerQuery(call, "sourcePort") ?? defaultSourcePort;
  const common = { destination: addressQuery(call, "destination"), protocol, destinationPort, sourcePort } as const;
  const instance = searchParams.get("instance");
  if (instance === null) return { ...common, from: "internet", source: addressQuery(call, "source") };
  const scope = scopeOf(call.subject);
  const project = searchParams.get("project") ?? scope ?? defaultProject;
  if (!isOwn(scope, project)) throw noProject(project);
  const workloads = [...states.all().values()].flatMap(({ state }) =>
    state.networks.filter((network) => network.project === project).flatMap((network) => network.workloads),
  );
  const source = workloads.find(({ id }) => id === instance)?.address;
  if (source === undefined) throw new RequestError(404, `there is no instance ${instance} with an address`);
  return { ...common, from: { project, instance }, source };
}

function addressQuery(call: Call, name: string): Ipv6 {
  const text = call.url.searchParams.get(name);
  if (text === null) throw new RequestError(400, `${name} is required`);
  try {
    return parseIpv6(text);
  } catch (error) {
    if (isNetwrightError(error)) throw new RequestError(400, `${name}: ${error.message}`);
    throw error;
  }
}
