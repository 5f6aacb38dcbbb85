/** `explain`: what a kind, a field or an error code means; needs no server. */
import { fieldAt, jsonSchemaOf, kindOfWord, kinds, type JsonSchema } from "@netwright/api";
import { errorCodes, NetwrightError, type ErrorCode } from "@netwright/base";
import type { Command } from "commander";
import { renderFields } from "../print/table.ts";
import type { Invocation, Verb } from "../verb.ts";

export const verb: Verb = {
  configure(command: Command): void {
    command.argument("[what]", "a kind, a field such as service.spec.tiers.workload, or a code such as NW1203");
    command.addHelpText(
      "after",
      "\nExamples:\n  netwright explain service\n  netwright explain service.spec.tiers\n  netwright explain NW1203\n",
    );
  },
  async run({ terminal, args }: Invocation): Promise<void> {
    terminal.out(explain(args[0]));
  },
};

function explain(what: string | undefined): string {
  if (what === undefined) return overview();
  const code = what.toUpperCase();
  if (Object.hasOwn(errorCodes, code)) return explainCode(code as ErrorCode);
  const [word = "", ...path] = what.split(".");
  const kind = kindOfWord(word);
  if (kind === undefined) {
    throw new NetwrightError("NW1001", `there is no kind or error code ${JSON.stringify(word)}`, {
      hint: `kinds: ${Object.keys(kinds).join(", ")}`,
    });
  }
  const root = jsonSchemaOf(kind);
  const schema = path.reduce<JsonSchema | undefined>(
    (at, name) => (at === undefined ? undefined : fieldAt(at.items ?? at, [name])),
    root,
  );
  if (schema === undefined) {
    throw new NetwrightError("NW1001", `${kind.kind} has no field ${path.join(".")}`, {
      hint: `see netwright explain ${[word, ...path.slice(0, -1)].join(".")}`,
    });
  }
  return `${[kind.kind, ...path].join(".")}: ${typeOf(schema)}\n${indent(schema.description ?? "")}${facts(schema)}${fields(schema)}`;
}

function overview(): string {
  const list = Object.values(kinds).map(({ kind, summary }) => [kind, summary] as const);
  return `${renderFields(list)}\nnetwright explain KIND[.FIELD...] goes deeper; netwright explain CODE explains an error.\n`;
}

function explainCode(code: ErrorCode): string {
  const { category, summary } = errorCodes[code];
  return `${code} (${category}): ${summary}\n`;
}

function boundsOf({ minimum, maximum }: JsonSchema): string {
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER) return `from ${minimum ?? 0} to ${maximum}`;
  return minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? "" : `at least ${minimum}`;
}

const indent = (text: string): string => (text === "" ? "" : `  ${text}\n`);

function facts(schema: JsonSchema): string {
  const lines = [
    boundsOf(schema),
    schema.default === undefined ? "" : `default: ${JSON.stringify(schema.default)}`,
    schema.enum === undefined ? "" : `one of: ${schema.enum.map(String).join(", ")}`,
    schema.examples === undefined ? "" : `for example: ${schema.examples.map(String).join(", ")}`,
  ];
  return lines.map(indent).join("");
}

/** Fields of an object, or of the objects in a list. */
function fields(schema: JsonSchema): string {
  const { properties, required = [] } = schema.items ?? schema;
  if (properties === undefined) return "";
  const rows = Object.entries(properties).map(([name, field]) => {
    const always = required.includes(name) ? ", required" : "";
    const preset =
      field.default === undefined || typeof field.default === "object"
        ? ""
        : ` Default: ${JSON.stringify(field.default)}.`;
    return [name, `${typeOf(field)}${always}. ${field.description ?? ""}${preset}`] as const;
  });
  return `\n${renderFields(rows, "  ")}`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (typeof schema.type === "string") return schema.type;
  return schema.anyOf?.map(typeOf).join(" or ") ?? "any";
}
