/** JSON Schema (2020-12) of a kind as people write it, and look-ups in it for hints and `explain`. */
import { z } from "zod";
import type { FieldPath, Kind } from "./kind.ts";

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly readOnly?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly [keyword: string]: unknown;
}

const cache = new Map<string, JsonSchema>();

/** The schema of what is written in a manifest (before defaults). */
export function jsonSchemaOf(kind: Pick<Kind, "kind" | "schema" | "summary">): JsonSchema {
  const known = cache.get(kind.kind);
  if (known !== undefined) return known;
  const generated = z.toJSONSchema(kind.schema, { io: "input", override: keepExamples });
  const schema = { ...generated, title: kind.kind, description: kind.summary } as unknown as JsonSchema;
  cache.set(kind.kind, schema);
  return schema;
}

/** zod leaves examples out where it parses text; ours are of the text. */
function keepExamples({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const examples = z.globalRegistry.get(zodSchema)?.["examples"];
  if (Array.isArray(examples)) jsonSchema.examples = examples;
}

/** The schema of the field at a path; undefined when there is no such field. */
export function fieldAt(schema: JsonSchema, path: FieldPath): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, key) => (at === undefined ? undefined : stepInto(at, key)), schema);
}

function stepInto(schema: JsonSchema, key: string | number): JsonSchema | undefined {
  if (typeof key === "number") return schema.items;
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}
