/** The typed client of the HTTP API. */
import { createExchange, type ExchangeOptions } from "./exchange.ts";
import { nodeCalls, type NodeCalls } from "./nodes.ts";
import { objectCalls, type ObjectCalls } from "./objects.ts";
import { operationCalls, type OperationCalls } from "./operations.ts";

/** Every call throws NetwrightError with all the diagnostics that the server gave; NW1505 when it cannot be reached. */
export interface Client extends ObjectCalls, OperationCalls {
  readonly nodes: NodeCalls;
}

export function createClient(options: ExchangeOptions): Client {
  const exchange = createExchange(options);
  return { ...objectCalls(exchange), ...operationCalls(exchange), nodes: nodeCalls(exchange) };
}
