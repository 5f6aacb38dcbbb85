/** Who connects: a node of the lab, somebody on the internet, or an instance. */
import type { Client, ConnectionQuery } from "@netwright/api";
import { ipv6Value, NetwrightError } from "@netwright/base";
import { findLab } from "@netwright/lab";
import { labOf, usesLab } from "../arguments/connection.ts";
import { projectOf } from "../arguments/project.ts";
import { labContext } from "../lab/context.ts";
import type { Invocation } from "../verb.ts";

export interface TraceSource {
  readonly query: Pick<ConnectionQuery, "instance" | "project" | "source">;
  /** The lab's node that looks names up; undefined where there is none. */
  readonly node: string | undefined;
}

/** Stands for anybody outside: from the documentation prefix (RFC 3849). */
const anybody = "2001:db8:ffff::1";

/** @throws NW1501 when there is no such node or instance. */
export async function sourceOf(invocation: Invocation, client: Client, from: string): Promise<TraceSource> {
  if (ipv6Value(from) !== undefined) return { query: { source: from }, node: undefined };
  if (usesLab(invocation)) {
    const { record } = await findLab(labContext, labOf(invocation));
    const node = record.topology.nodes.find(({ name }) => name === from);
    const address = node?.ports.find((port) => port.address !== null)?.address ?? undefined;
    if (node !== undefined && address !== undefined) return { query: { source: address }, node: node.name };
  }
  if (from === "internet") return { query: { source: anybody }, node: undefined };
  const project = await projectOf(invocation, client);
  const { items } = await client.list("Instance", project);
  const id = from.replace(/^instance\//, "");
  if (items.some(({ metadata }) => metadata.name === id)) return { query: { instance: id, project }, node: undefined };
  throw new NetwrightError("NW1501", `${from} is neither a node nor an instance`, {
    hint: "netwright lab status lists nodes, netwright get instances lists instances",
  });
}
