/** JSON Schema (2020-12) of a kind as people write it, and look-ups in it for hints and `explain`. */
import { z } from "zod";
import type { FieldPath, Kind } from "./kind.ts";

export interface JsonSchema {
  /** Of a part that stands in several places. */
  readonly id?: string;
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

type SchemaSource = Pick<Kind, "kind" | "schema" | "summary">;

/** The schema of what is written in a manifest (before defaults), every part in its place. */
export function jsonSchemaOf(kind: SchemaSource): JsonSchema {
  const known = cache.get(kind.kind);
  if (known !== undefined) return known;
  const schema = partsInPlace(jsonSchemaWithParts(kind));
  cache.set(kind.kind, schema);
  return schema;
}

/** The same for a file: what has a name of its own (`id`) and stands in several places is written once, in `$defs`. */
export const jsonSchemaWithParts = (kind: SchemaSource): JsonSchema =>
  ({
    ...z.toJSONSchema(kind.schema, { io: "input", override: keepExamples }),
    title: kind.kind,
    description: kind.summary,
  }) as unknown as JsonSchema;

/** One object for each part, however often it is meant: a written-out copy of each would be a hundred times as large. */
function partsInPlace({ $defs = {}, ...schema }: JsonSchema): JsonSchema {
  const parts = new Map<string, unknown>();
  const place = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(place);
    if (typeof node !== "object" || node === null) return node;
    const { $ref, ...rest } = node as { readonly $ref?: string };
    const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, place(value)]));
    const name = $ref?.replace("#/$defs/", "");
    return name === undefined ? own : { ...(partOf(name) as object), ...own, id: name };
  };
  const partOf = (name: string): unknown => {
    if (!parts.has(name)) parts.set(name, place(($defs as Readonly<Record<string, unknown>>)[name]));
    return parts.get(name);
  };
  return place(schema) as JsonSchema;
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
  const inForm = schema.anyOf?.map((form) => stepInto(form, key)).find((found) => found !== undefined);
  if (inForm !== undefined) return inForm;
  if (typeof key === "number") return schema.items;
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}
