/** Types of the HTTP API, one file per resource; schemas where the server must judge what it is sent. */
export * from "./answer.ts";
export * from "./apply.ts";
export * from "./change.ts";
export * from "./delete.ts";
export * from "./diagnostic.ts";
export * from "./event.ts";
export * from "./flow.ts";
export * from "./list.ts";
export * from "./metrics.ts";
export * from "./node.ts";
export * from "./origin.ts";
export * from "./plan.ts";
export * from "./problem.ts";
export * from "./scale.ts";
export * from "./token.ts";
export * from "./topology.ts";
export * from "./trace.ts";
