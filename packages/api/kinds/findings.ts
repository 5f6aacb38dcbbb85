/** zod's issues in our words: code, path, message and hint. */
import type { ErrorCode } from "@netwright/base";
import type { z } from "zod";
import { describeValue } from "./describe-value.ts";
import { fieldAt, type JsonSchema } from "./json-schema.ts";
import type { FieldPath, Finding } from "./kind.ts";
import { nearest } from "./near-miss.ts";

type Issue = z.core.$ZodIssue;

const messageMax = 400;

/** @param issues of a parse with `reportInput: true`. @param schema of the same object, for hints. */
export function findingsOf(issues: readonly Issue[], schema: JsonSchema): readonly Finding[] {
  return issues
    .flatMap((issue) => findings(issue, schema))
    .map((finding) => Object.assign(finding, { message: clip(finding.message) }));
}

const clip = (text: string): string => (text.length <= messageMax ? text : `${text.slice(0, messageMax - 3)}...`);

function findings(issue: Issue, schema: JsonSchema): readonly Finding[] {
  const path = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  const at = fieldAt(schema, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownField([...path, key], Object.keys(at?.properties ?? {})));
    case "custom":
      return [customFinding(issue, path)];
    case "invalid_type":
      return [typeFinding(path, [issue.expected], issue.input, at)];
    case "invalid_union":
      return [
        typeFinding(
          path,
          issue.errors.flat().flatMap((error) => (error.code === "invalid_type" ? [error.expected] : [])),
          issue.input,
          at,
        ),
      ];
    case "invalid_value":
      return [valueFinding(path, issue.values.map(String), issue.input, at)];
    case "too_small":
    case "too_big":
      return [countFinding(path, issue, at)];
    case "invalid_format":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
      break;
  }
  return [{ code: "NW1203", path, message: issue.message }];
}

function unknownField(path: FieldPath, known: readonly string[]): Finding {
  const near = nearest(String(path.at(-1)), known);
  const list = `known here: ${known.join(", ")}`;
  const hint = near === undefined ? list : `did you mean ${near}?`;
  return {
    code: "NW1201",
    path,
    message: "is not a known field",
    ...(known.length === 0 ? {} : { hint }),
    onKey: true,
  };
}

function customFinding(issue: z.core.$ZodIssueCustom, path: FieldPath): Finding {
  const { code = "NW1203", hint } = (issue.params ?? {}) as { code?: ErrorCode; hint?: string };
  return { code, path, message: issue.message, ...(hint === undefined ? {} : { hint }) };
}

const nouns: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function typeFinding(
  path: FieldPath,
  expected: readonly string[],
  input: unknown,
  at: JsonSchema | undefined,
): Finding {
  if (input === undefined) return missing(path, at);
  const wanted = [...new Set(expected.map((type) => nouns[type] ?? type))].join(" or ");
  const hint = typeHint(expected, input, at);
  return {
    code: "NW1204",
    path,
    message: `expected ${wanted}, got ${describeValue(input)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function typeHint(expected: readonly string[], input: unknown, at: JsonSchema | undefined): string | undefined {
  if (expected.includes("string") && (typeof input === "number" || typeof input === "boolean"))
    return `put it in quotes: "${input}"`;
  if (expected.includes("number") && typeof input === "string" && /^-?\d+$/.test(input))
    return `write it without quotes: ${input}`;
  if (expected.includes("array") && input !== null) return "begin every entry with a hyphen, or put them in [ ]";
  return at?.description;
}

function missing(path: FieldPath, at: JsonSchema | undefined): Finding {
  return {
    code: "NW1202",
    path,
    message: "is required",
    ...(at?.description === undefined ? {} : { hint: at.description }),
  };
}

function valueFinding(path: FieldPath, values: readonly string[], input: unknown, at: JsonSchema | undefined): Finding {
  if (input === undefined) return missing(path, at);
  const allowed = values.length === 1 ? `only ${values[0]} is allowed` : `not one of ${values.join(", ")}`;
  const shown = typeof input === "string" ? JSON.stringify(input.slice(0, 80)) : describeValue(input);
  const near = typeof input === "string" ? nearest(input, values) : undefined;
  const hint = near === undefined ? at?.description : `did you mean ${near}?`;
  const message = values.length === 1 ? `${shown}: ${allowed}` : `${shown} is ${allowed}`;
  return { code: "NW1203", path, message, ...(hint === undefined ? {} : { hint }) };
}

function countFinding(
  path: FieldPath,
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  at: JsonSchema | undefined,
): Finding {
  const limit = Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
  const word = limit === 1 ? "entry" : "entries";
  const bound = issue.exact === true ? "exactly" : issue.code === "too_small" ? "at least" : "at most";
  const count = Array.isArray(issue.input) ? issue.input.length : 0;
  const hint = at?.description;
  return {
    code: "NW1203",
    path,
    message: `has ${count}, needs ${bound} ${limit} ${word}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
