/** The fields of a kind's spec, or of its status, as a Markdown table. */
import type { JsonSchema } from "../kinds/json-schema.ts";

interface Row {
  readonly field: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

export function fieldTable(schema: JsonSchema, part: "spec" | "status" = "spec"): string {
  const fields = rows(schema.properties?.[part] ?? {}, "");
  // Nobody writes a status: it has no defaults and nothing is required.
  const cells = fields.map(({ field, schema: at, required }) => [
    `\`${field}\``,
    typeOf(at),
    ...(part === "spec" ? [defaultOf(at, required)] : []),
    at.description ?? "",
  ]);
  const header = [`field of \`${part}\``, "type", ...(part === "spec" ? ["default"] : []), "what it is"];
  return [header, header.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function rows(schema: JsonSchema, prefix: string): readonly Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const field = `${prefix}${name}${child.type === "array" ? "[]" : ""}`;
    const own: Row = { field, schema: child, required: schema.required?.includes(name) ?? false };
    return [own].concat(rows(child.type === "array" ? (child.items ?? {}) : child, `${field}.`));
  });
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map(String).join(", ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.minimum !== undefined && schema.maximum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  if (schema.type === "array")
    return schema.items?.type === "object" ? "list" : `list of ${typeOf(schema.items ?? {})}`;
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
