/** The HTTP API as OpenAPI 3.1, generated from the list of routes and the registry of kinds. Pure. */
import type { Answer, Route } from "../http/route.ts";
import { ref, type Schema } from "./shape.ts";
import { componentSchemas } from "./schemas.ts";

export function openapi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "Netwright",
      version: "v1alpha1",
      description:
        "Network services from manifests. Streams are newline-delimited JSON; an empty line is a heartbeat, a line with `problem` ends a stream that failed.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, schemas: componentSchemas() },
  };
}

const access = {
  Anyone: "Needs no token.",
  Token: "For every token.",
  Viewer: "For viewers, editors and admins.",
  Editor: "For editors and admins.",
  Node: "For the node's own agent and admins.",
  Admin: "For admins.",
} as const satisfies Record<Route["access"], string>;

const reach = {
  Site: " Not for tokens of one project.",
  Project: " A token of one project meets only what is of that project.",
} as const satisfies Record<Route["reach"], string>;

function operation(route: Route): object {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const inPath = names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const inQuery = (route.query ?? []).map(({ name, type, summary }) => ({
    name,
    in: "query",
    description: summary,
    schema: { type },
  }));
  const mediaType = route.body === "OutputChunk" ? "application/x-ndjson" : "application/json";
  return {
    operationId: operationId(route),
    summary: route.summary,
    description:
      access[route.access] + (route.access === "Anyone" || route.access === "Token" ? "" : reach[route.reach]),
    ...(route.access === "Anyone" ? { security: [] } : {}),
    parameters: [...inPath, ...inQuery],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { [mediaType]: { schema: ref(route.body) } } } }),
    responses: {
      [route.answer.kind === "Object" ? (route.answer.status ?? 200) : 200]: {
        description: "Done.",
        content: contentOf(route.answer),
      },
      default: {
        description: "It did not work (RFC 9457).",
        content: { "application/problem+json": { schema: ref("Problem") } },
      },
    },
  };
}

/** `get_v1alpha1_changes_id`. */
const operationId = ({ method, path }: Route): string =>
  `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/_$/, "")}`;

function contentOf(answer: Answer): Readonly<Record<string, { readonly schema: Schema }>> {
  if (answer.kind === "Text") return { [answer.mediaType]: { schema: { type: "string" } } };
  const object = (name: string): { schema: Schema } => ({ schema: ref(name) });
  if (answer.kind === "Object") return { "application/json": object(answer.schema) };
  if (answer.kind === "Lines") return { "application/x-ndjson": object(answer.schema) };
  return { "application/json": object(answer.schema), "application/x-ndjson": object(answer.line) };
}
