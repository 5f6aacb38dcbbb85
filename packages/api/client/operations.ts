/** What goes on: events, instances, flows, topology, tokens. */
import type { AnswerRecord } from "../wire/answer.ts";
import type { Event } from "../wire/event.ts";
import type { FlowRecord } from "../wire/flow.ts";
import type { MetricsAnswer, MetricsQuery, MetricsRange, MetricsRangeQuery } from "../wire/metrics.ts";
import type { ExecRequest, LogRequest, OutputChunk, ProbeRequest } from "../wire/node.ts";
import type { ProofReport } from "../wire/proof.ts";
import type { NewToken, Self, Token, TokenRequest } from "../wire/token.ts";
import type { ConnectionQuery, ConnectionTrace } from "../wire/trace.ts";
import type { Topology } from "../wire/topology.ts";
import type { Exchange } from "./exchange.ts";
import { nodePath } from "./node-path.ts";
import { apiRoot, objectPath } from "./paths.ts";

export interface EventOptions {
  /** Only about this object, for example `service/shop`. */
  readonly for?: string;
  /** Only after this revision. */
  readonly since?: number;
}

export interface InstanceRef {
  readonly id: string;
  readonly project?: string;
}

export interface OperationCalls {
  events(options?: EventOptions): Promise<readonly Event[]>;
  /** Those kept, then new ones, until aborted. */
  watchEvents(options?: EventOptions & { readonly signal?: AbortSignal }): AsyncIterable<Event>;
  logs(instance: InstanceRef, request: LogRequest, signal?: AbortSignal): AsyncIterable<OutputChunk>;
  exec(instance: InstanceRef, request: ExecRequest, signal?: AbortSignal): AsyncIterable<OutputChunk>;
  /** What a node's agent tells of its machine, without secrets. */
  facts(node: string, signal?: AbortSignal): AsyncIterable<OutputChunk>;
  /** Connection attempts of an instance, or of a host or router itself, in their order. `Result` is contract's ProbeResult. */
  probe<Result>(
    from: InstanceRef | { readonly node: string },
    request: ProbeRequest,
    signal?: AbortSignal,
  ): AsyncIterable<Result>;
  /** What comes to an instance to open something, until aborted: one line that it has begun, then contract's Arrival each. */
  arrivals(instance: InstanceRef, signal?: AbortSignal): AsyncIterable<OutputChunk>;
  /** What the kernel of a node prints: parts of contract's KernelReadback. */
  readback(node: string, signal?: AbortSignal): AsyncIterable<OutputChunk>;
  /** The last lines of the server's log, without secrets. */
  serverLog(): Promise<string>;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  /** What was measured in the last seconds. */
  measures(query: MetricsQuery): Promise<MetricsAnswer>;
  /** One metric over time. */
  measuresOver(query: MetricsRangeQuery): Promise<MetricsRange>;
  /** Flows that no rule allows, newest first. */
  droppedFlows(): Promise<readonly FlowRecord[]>;
  watchDroppedFlows(signal?: AbortSignal): AsyncIterable<FlowRecord>;
  /** Addresses that rules by name lead to now. */
  answers(): Promise<readonly AnswerRecord[]>;
  trace(connection: ConnectionQuery): Promise<ConnectionTrace>;
  /** What of contracts holds now, of what the token's project sees. */
  proof(): Promise<ProofReport>;
  topology(): Promise<Topology>;
  /** PEM. */
  ca(): Promise<string>;
  /** Whose token this client sends. */
  self(): Promise<Self>;
  tokens(): Promise<readonly Token[]>;
  createToken(request: TokenRequest): Promise<NewToken>;
  deleteToken(id: string): Promise<void>;
}

const instancePath = ({ id, project }: InstanceRef): string =>
  objectPath({ kind: "Instance", name: id, ...(project === undefined ? {} : { project }) });

export function operationCalls(exchange: Exchange): OperationCalls {
  const items = async <T>(path: string, query = {}): Promise<readonly T[]> =>
    (await exchange.call<{ items: readonly T[] }>("GET", path, { query })).items;
  return {
    events: (options) => items(`${apiRoot}/events`, options),
    watchEvents: ({ signal, ...options } = {}) =>
      exchange.stream("GET", `${apiRoot}/events`, { query: { ...options, watch: true }, signal }),
    logs: (instance, { follow, tail }, signal) =>
      exchange.stream("GET", `${instancePath(instance)}/logs`, {
        query: { follow, ...(tail === null ? {} : { tail }) },
        signal,
      }),
    exec: (instance, body, signal) => exchange.stream("POST", `${instancePath(instance)}/exec`, { body, signal }),
    facts: (node, signal) => exchange.stream("GET", `${nodePath(node)}/facts`, { signal }),
    probe: (from, body, signal) =>
      exchange.stream("POST", `${"node" in from ? nodePath(from.node) : instancePath(from)}/probe`, { body, signal }),
    arrivals: (instance, signal) => exchange.stream("GET", `${instancePath(instance)}/arrivals`, { signal }),
    readback: (node, signal) => exchange.stream("GET", `${nodePath(node)}/readback`, { signal }),
    serverLog: () => exchange.text(`${apiRoot}/log`),
    metrics: () => exchange.text("/metrics"),
    measures: (query) => exchange.call("GET", `${apiRoot}/metrics`, { query: { ...query } }),
    measuresOver: (query) => exchange.call("GET", `${apiRoot}/metrics/range`, { query: { ...query } }),
    droppedFlows: () => items(`${apiRoot}/flows`, { dropped: true }),
    watchDroppedFlows: (signal) =>
      exchange.stream("GET", `${apiRoot}/flows`, { query: { dropped: true, watch: true }, signal }),
    answers: () => items(`${apiRoot}/answers`),
    trace: (connection) => exchange.call("GET", `${apiRoot}/trace`, { query: { ...connection } }),
    proof: () => exchange.call("GET", `${apiRoot}/proof`),
    topology: () => exchange.call("GET", `${apiRoot}/topology`),
    ca: () => exchange.text(`${apiRoot}/ca`),
    self: () => exchange.call("GET", `${apiRoot}/self`),
    tokens: () => items(`${apiRoot}/tokens`),
    createToken: (body) => exchange.call("POST", `${apiRoot}/tokens`, { body }),
    deleteToken: async (id) => {
      await exchange.call("DELETE", `${apiRoot}/tokens/${encodeURIComponent(id)}`);
    },
  };
}
