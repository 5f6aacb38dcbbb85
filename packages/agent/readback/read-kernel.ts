/**
 * What the kernel says of every namespace of ours, for who proves it: reads only, so much of each and no longer than that.
 * In what is read stands no secret: rules, routes, devices and neighbours.
 */
import { messageOf } from "@netwright/base";
import type { BalancerReadback, HostState, KernelReadback, NamespaceReadback, NodeSystem } from "@netwright/contract";
import { readBalancer } from "./read-balancer.ts";
import { readNamespace } from "./read-namespace.ts";

export interface KernelAsked {
  readonly system: NodeSystem;
  /** Undefined where no server has said anything yet. */
  readonly state: HostState | undefined;
  readonly revision: number;
  readonly signal: AbortSignal;
}

/** In this order; together they are a KernelReadback. */
export type ReadbackPart =
  | Pick<KernelReadback, "node" | "revision">
  | { readonly namespace: NamespaceReadback }
  | { readonly balancer: BalancerReadback | null };

/** Namespaces that are read at once. */
const atOnce = 4;

/** @throws NW1601 when the namespaces cannot be listed */
export async function* readKernel({ system, state, revision, signal }: KernelAsked): AsyncGenerator<ReadbackPart> {
  yield { node: state?.node ?? "", revision };
  const names = await namespacesOf(system);
  const all = [null, ...names];
  for (let first = 0; first < all.length && !signal.aborted; first += atOnce)
    for (const namespace of await Promise.all(
      all.slice(first, first + atOnce).map((netns) => readNamespace(system, netns, signal)),
    ))
      yield { namespace };
  const tenants = names.filter((name) => name.startsWith("nwn-"));
  yield { balancer: await readBalancer(system, tenants).catch((error: unknown) => broken(messageOf(error))) };
}

/** Of ours, by name. */
async function namespacesOf({ runner }: NodeSystem): Promise<readonly string[]> {
  const { stdout } = await runner.run(["sh", "-c", "ls /run/netns 2>/dev/null"]);
  return stdout
    .split("\n")
    .filter((name) => /^nw[nw]-/.test(name))
    .toSorted();
}

const broken = (problem: string): BalancerReadback => ({
  programs: { uplink: 0, tunnel: 0 },
  attached: [],
  host: "",
  listeners: [],
  deliveries: [],
  members: [],
  tables: [],
  problem,
});
