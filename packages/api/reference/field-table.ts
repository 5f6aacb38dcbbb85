/** The fields of a kind's spec, or of its status, as a Markdown table. */
import type { JsonSchema } from "../kinds/json-schema.ts";

interface Row {
  readonly field: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** A part that stands in several places has a table of its own behind that of the whole. */
export function fieldTable(schema: JsonSchema, part: "spec" | "status" = "spec"): string {
  const whole = schema.properties?.[part] ?? {};
  const parts = partsOf(whole, new Map());
  const own = tableOf(whole, `field of \`${part}\``, part === "spec");
  const others = [...parts].map(([name, each]) => `### ${name}\n\n${tableOf(each, `field of \`${name}\``, true)}`);
  return [own, ...others].join("\n\n");
}

/** Nobody writes a status: it has no defaults and nothing is required. */
function tableOf(schema: JsonSchema, title: string, isWritten: boolean): string {
  const cells = rows(schema, "").map(({ field, schema: at, required }) => [
    `\`${field}\``,
    typeOf(at),
    ...(isWritten ? [defaultOf(at, required)] : []),
    at.description ?? "",
  ]);
  const header = [title, "type", ...(isWritten ? ["default"] : []), "what it is"];
  return [header, header.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** What is written in it: the entries of a list; of several forms, the part. */
const inside = (schema: JsonSchema): JsonSchema =>
  schema.type === "array"
    ? inside(schema.items ?? {})
    : (schema.anyOf?.map(inside).find(({ id }) => id !== undefined) ?? schema);

function rows(schema: JsonSchema, prefix: string): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = `${prefix}${name}${child.type === "array" ? "[]" : ""}`;
    const own: Row = { field, schema: child, required: schema.required?.includes(name) ?? false };
    return [own].concat(inside(child).id === undefined ? rows(inside(child), `${field}.`) : []);
  });
}

/** In the order in which they are met. */
function partsOf(schema: JsonSchema, found: Map<string, JsonSchema>): ReadonlyMap<string, JsonSchema> {
  for (const child of Object.values(schema.properties ?? {})) {
    const part = inside(child);
    if (part.id !== undefined && found.has(part.id)) continue;
    if (part.id !== undefined) found.set(part.id, part);
    partsOf(part, found);
  }
  return found;
}

function typeOf(schema: JsonSchema): string {
  if (schema.id !== undefined) return schema.id;
  if (schema.enum !== undefined) return schema.enum.map(String).join(", ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.minimum !== undefined && schema.maximum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "array")
    return schema.items?.type === "object" && schema.items.id === undefined
      ? "list"
      : `list of ${typeOf(schema.items ?? {})}`;
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : String(schema.type ?? "any");
  const examples = schema.examples?.map((example) => `\`${String(example)}\``).join(", ");
  const word = type.replace("string", "text");
  return examples === undefined ? word : `${word}: ${examples}`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (required) return "required";
  const value = schema.default;
  if (value === undefined || JSON.stringify(value) === "{}") return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
