/** What an agent calls for its own node. */
import type { AgentRequest, NodeState, OutputChunk } from "../wire/node.ts";
import type { Exchange } from "./exchange.ts";
import { nodePath } from "./node-path.ts";

export interface NodeCalls {
  /** The state now. `State` is contract's HostState. @throws NW1504 for another node's token. */
  state<State>(node: string): Promise<NodeState<State>>;
  /** The state after revision `since`, then every newer one, until aborted. */
  watchState<State>(node: string, since: number, signal?: AbortSignal): AsyncIterable<NodeState<State>>;
  /** `report` is contract's NodeReport. */
  report(node: string, report: object): Promise<void>;
  /** What was measured in the last second; `report` is contract's MetricsReport. */
  measured(node: string, report: object, signal?: AbortSignal): Promise<void>;
  /** What the server asks of the node, until aborted. */
  requests(node: string, signal?: AbortSignal): AsyncIterable<AgentRequest>;
  /** The answer to one request, as it is made. */
  sendOutput(node: string, request: string, output: AsyncIterable<OutputChunk>, signal?: AbortSignal): Promise<void>;
}

export function nodeCalls(exchange: Exchange): NodeCalls {
  return {
    state: (node) => exchange.call("GET", `${nodePath(node)}/state`),
    watchState: (node, since, signal) =>
      exchange.stream("GET", `${nodePath(node)}/state`, { query: { since, watch: true }, signal }),
    report: async (node, body) => {
      await exchange.call("PUT", `${nodePath(node)}/report`, { body });
    },
    measured: async (node, body, signal) => {
      await exchange.call("POST", `${nodePath(node)}/metrics`, { body, signal });
    },
    requests: (node, signal) =>
      exchange.stream("GET", `${nodePath(node)}/requests`, { query: { watch: true }, signal }),
    sendOutput: (node, request, output, signal) =>
      exchange.upload(`${nodePath(node)}/requests/${encodeURIComponent(request)}/output`, output, signal),
  };
}
