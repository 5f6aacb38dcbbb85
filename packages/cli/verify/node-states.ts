/** What every node should be now, as the server has compiled it. */
import type { Client, NodeState } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { nodesOf } from "../support/node-parts.ts";

/** Hosts and managed routers. @throws what the server answers: only admins of the site see states */
export async function nodeStates(client: Client): Promise<readonly NodeState<HostState>[]> {
  return Promise.all((await nodesOf(client)).map((node) => client.nodes.state<HostState>(node)));
}

/** True where every node is to be as it was. */
export function sameRevisions(
  before: readonly NodeState<HostState>[],
  after: readonly NodeState<HostState>[],
): boolean {
  const known = new Map(before.map(({ state, revision }) => [state.node, revision]));
  return after.length === before.length && after.every(({ state, revision }) => known.get(state.node) === revision);
}
