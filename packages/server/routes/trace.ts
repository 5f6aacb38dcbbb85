import { defaultProject } from "@netwright/api";
import { isNetwrightError, parseIpv6, type Ipv6 } from "@netwright/base";
import type { Packet } from "@netwright/model";
import { isOwn, noProject, scopeOf } from "../auth/scope.ts";
import { checkWithin, publicTrace } from "../auth/traces.ts";
import { json } from "../http/answers.ts";
import { integerQuery } from "../http/query.ts";
import { RequestError } from "../http/request-error.ts";
import type { Call, Route } from "../http/route.ts";
import { addressOfName, traceUnanswered, type NameQuestion } from "../trace/answered.ts";
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
      {
        name: "name",
        type: "string",
        summary: "Name that an instance looks up for it; alone, its last answer is taken.",
      },
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
  const question = nameQuestion(call);
  const states = [...context.states.all().values()].map(({ state }) => state);
  const answered = question === undefined ? undefined : addressOfName(context.reports, states, question);
  const packet = packetOf(context, call, answered ?? (question === undefined ? undefined : unknown));
  if (question !== undefined && answered === undefined) return json(traceUnanswered(states, question));
  if (scope !== null) checkWithin(scope, packet, context.controller.facts());
  const found = await traceConnection(context, packet, AbortSignal.any([call.request.signal, context.stop]));
  return json(scope === null ? found : publicTrace(found, new Set(context.states.all().keys())));
}

const defaultSourcePort = 40_000;
/** Stands for an address that nobody knows yet, while the rest of a question is checked (RFC 4291 section 2.5.2). */
const unknown = parseIpv6("::");

/** @param answered instead of a destination that is not given */
function packetOf({ states }: ServerContext, call: Call, answered: Ipv6 | undefined): Packet {
  const { searchParams } = call.url;
  const protocol = searchParams.get("protocol") ?? "tcp";
  if (protocol !== "tcp" && protocol !== "udp") throw new RequestError(400, "protocol is neither tcp nor udp");
  const destinationPort = integerQuery(call, "port") ?? 0;
  if (destinationPort < 1 || destinationPort > 65_535) throw new RequestError(400, "port is not a port (1 to 65535)");
  const sourcePort = integerQuery(call, "sourcePort") ?? defaultSourcePort;
  const name = searchParams.get("name");
  const destination = answered ?? addressQuery(call, "destination");
  const asked = name === null ? {} : { name: canonical(name) };
  const common = { destination, ...asked, protocol, destinationPort, sourcePort } as const;
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

/** Undefined where an address is given, or nobody who could look a name up. */
function nameQuestion(call: Call): NameQuestion | undefined {
  const { searchParams } = call.url;
  const [name, instance] = [searchParams.get("name"), searchParams.get("instance")];
  if (name === null || instance === null || searchParams.has("destination")) return undefined;
  const protocol = searchParams.get("protocol") === "udp" ? "udp" : "tcp";
  const project = searchParams.get("project") ?? scopeOf(call.subject) ?? defaultProject;
  return { project, instance, name: canonical(name), protocol, port: integerQuery(call, "port") ?? 0 };
}

const canonical = (name: string): string => name.toLowerCase().replace(/\.$/, "");

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
