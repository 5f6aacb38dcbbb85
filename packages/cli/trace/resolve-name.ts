/** The first hop of a connection: the name's address, asked where the client would ask. */
import { projectOf } from "../arguments/project.ts";
import type { Client, TraceHop, WireObject } from "@netwright/api";
import { ipv6Value } from "@netwright/base";
import { runIn } from "@netwright/lab";
import { labOf } from "../arguments/connection.ts";
import { labContext } from "../lab/context.ts";
import { valueAt } from "../print/columns.ts";
import { internalAnswer, isInternal } from "./internal-name.ts";
import type { TraceSource } from "./source.ts";
import type { Invocation } from "../verb.ts";

export interface Resolved {
  /** Undefined when nobody knows the name. */
  readonly address: string | undefined;
  /** What an instance looks up itself. Without an address, the server knows what it was told. */
  readonly name?: string;
  /** An empty step stands for no look-up at all. */
  readonly hop: TraceHop;
}

export async function resolveName(
  invocation: Invocation,
  client: Client,
  host: string,
  { node, query }: TraceSource,
): Promise<Resolved> {
  const none = { place: "", step: "", detail: "", findings: [] };
  if (ipv6Value(host) !== undefined) return { address: host, hop: none };
  const project = await projectOf(invocation, client);
  const { items: instances } = await client.list("Instance", project);
  if (isInternal(host)) {
    const { items: services } = await client.list("Service", project);
    return internalAnswer({ instances, services }, query.instance, host);
  }
  const instance = instances.find(({ metadata }) => metadata.name === host);
  if (instance !== undefined) return { address: String(valueAt(instance, "spec.address")), hop: none };
  const expected = await addressOfService(client, host);
  if (query.instance !== undefined)
    return { address: expected, name: host, hop: expected === undefined ? none : unasked(host, expected) };
  if (node === undefined) return { address: expected, hop: unasked(host, expected) };
  const answer = await lookUp(labOf(invocation), node, host);
  const findings = findingsOf(host, answer, expected);
  const hop = { place: node, step: `looks ${host} up`, detail: answer ?? "no address", findings };
  return { address: answer ?? expected, hop };
}

async function addressOfService(client: Client, hostname: string): Promise<string | undefined> {
  const exposes = (service: WireObject): boolean =>
    (valueAt(service, "spec.expose") as readonly { readonly hostname: string }[]).some(
      (listener) => listener.hostname === hostname,
    );
  const service = (await client.list("Service")).items.find(exposes);
  return (valueAt(service, "status.addresses") as readonly { readonly address: string }[] | undefined)?.[0]?.address;
}

function unasked(host: string, expected: string | undefined): TraceHop {
  const findings = expected === undefined ? [`no service exposes ${host}`] : [];
  return { place: "dns", step: `${host} belongs to a service`, detail: expected ?? "no address", findings };
}

/** By the node's own resolver. */
async function lookUp(lab: string | undefined, node: string, host: string): Promise<string | undefined> {
  const { stdout } = await runIn(labContext, {
    ...(lab === undefined ? {} : { lab }),
    node,
    command: ["getent", "ahostsv6", host],
  });
  return stdout.split(/\s/)[0] || undefined;
}

function findingsOf(host: string, answer: string | undefined, expected: string | undefined): readonly string[] {
  if (answer === undefined)
    return [`dns: ${host} has no address${expected === undefined ? "" : `; the service has ${expected}`}`];
  if (expected !== undefined && answer !== expected)
    return [`dns: ${host} is ${answer}, but the service has ${expected}`];
  return [];
}
