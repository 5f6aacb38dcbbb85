import type { QueryParameter } from "../http/route.ts";

export const dryRunParameter: QueryParameter = {
  name: "dryRun",
  type: "boolean",
  summary: "Say what would happen, change nothing.",
};
export const watchParameter: QueryParameter = {
  name: "watch",
  type: "boolean",
  summary: "Answer with one line per change, until the client goes away.",
};
export const sinceParameter: QueryParameter = {
  name: "since",
  type: "integer",
  summary: "Only what came after this revision.",
};
export const watchParameters: readonly QueryParameter[] = [watchParameter, sinceParameter];
