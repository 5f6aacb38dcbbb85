/** The component schemas: of every kind from the registry, of requests from what judges them, and of answers. */
import {
  applyRequestSchema,
  deleteRequestSchema,
  execRequestSchema,
  jsonSchemaOf,
  metricsReportSchema,
  kindNames,
  kinds,
  pauseRequestSchema,
  probeRequestSchema,
  reportEnvelopeSchema,
  rolloutRequestSchema,
  scaleRequestSchema,
  tokenRequestSchema,
} from "@netwright/api";
import { answers } from "./answer-schemas.ts";
import { integer, list, oneOf, record, ref, type Schema } from "./shape.ts";

type Judge = Parameters<typeof jsonSchemaOf>[0]["schema"];

const requests: Readonly<Record<string, { readonly schema: unknown; readonly summary: string }>> = {
  ApplyRequest: { schema: applyRequestSchema, summary: "Objects to be as written." },
  DeleteRequest: { schema: deleteRequestSchema, summary: "Objects that are to go." },
  RolloutRequest: { schema: rolloutRequestSchema, summary: "What to do to the rollouts of a service." },
  ScaleRequest: { schema: scaleRequestSchema, summary: "Replicas by tier." },
  PauseRequest: { schema: pauseRequestSchema, summary: "What autoscale must leave as it is, or need not any more." },
  TokenRequest: { schema: tokenRequestSchema, summary: "Whose token it is to be." },
  ExecRequest: { schema: execRequestSchema, summary: "A command to run in an instance." },
  ProbeRequest: { schema: probeRequestSchema, summary: "Connection attempts." },
  NodeReport: { schema: reportEnvelopeSchema, summary: "What a node is." },
  MetricsReport: { schema: metricsReportSchema, summary: "What a node measured." },
};

export function componentSchemas(): Readonly<Record<string, Schema>> {
  const schemas: Record<string, Schema> = {};
  for (const kind of kindNames.filter((name) => kinds[name].scope !== "File")) {
    schemas[kind] = withoutDialect(jsonSchemaOf(kinds[kind]));
    schemas[`${kind}List`] = record({ items: list(ref(kind)), revision: integer });
    schemas[`${kind}WatchEvent`] = record({
      type: oneOf("Added", "Modified", "Deleted"),
      revision: integer,
      object: ref(kind),
    });
  }
  for (const [kind, { schema, summary }] of Object.entries(requests)) {
    schemas[kind] = withoutDialect(jsonSchemaOf({ kind, summary, schema: schema as Judge }));
  }
  return { ...schemas, ...answers };
}

/** The dialect is said once for the whole text. */
function withoutDialect({ $schema: _, ...schema }: Schema): Schema {
  return schema;
}
