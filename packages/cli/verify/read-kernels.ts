/** What the kernel of a node prints, asked of its agent over the server. */
import { outputLines, type Client } from "@netwright/api";
import { NetwrightError, seconds } from "@netwright/base";
import type { BalancerReadback, KernelReadback, NamespaceReadback } from "@netwright/contract";

/** In the order that agents tell them. */
type Part =
  | Pick<KernelReadback, "node" | "revision">
  | { readonly namespace: NamespaceReadback }
  | { readonly balancer: BalancerReadback | null };

/** For all of one node. */
const patience = seconds(120);

/** @throws NW1605 when the agent does not answer or stops in the middle */
export async function readKernel(client: Client, node: string, signal: AbortSignal): Promise<KernelReadback> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const namespaces: NamespaceReadback[] = [];
  let head: Pick<KernelReadback, "node" | "revision"> | undefined;
  let balancer: BalancerReadback | null | undefined;
  for await (const part of outputLines<Part>(client.readback(node, until), `host/${node}`))
    if ("namespace" in part) namespaces.push(part.namespace);
    else if ("balancer" in part) balancer = part.balancer;
    else head = part;
  if (head === undefined || balancer === undefined)
    throw new NetwrightError("NW1605", `the agent of ${node} stopped in the middle of its answer`);
  return { ...head, node, namespaces, balancer };
}
