/** zod's issues in our words: code, path, message and hint. */
import type { ErrorCode } from "@netwright/base";
import type { z } from "zod";
import { describeValue } from "./describe-value.ts";
import { fieldAt, type JsonSchema } from "./json-schema.ts";
import type { FieldPath, Finding } from "./kind.ts";
import { nearest } from "./near-miss.ts";

type Issue = z.core.$ZodIssue;

const messageMax = 400;
/** Unknown fields of one object that are worth naming. */
const keysMax = 100;

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
      return issue.keys.slice(0, keysMax).map((key) => unknownField([...path, key], at));
    case "custom":
      return [customFinding(issue, path, at)];
    case "invalid_type":
      return [typeFinding(path, [issue.expected], issue.input, at)];
    case "invalid_union":
      return unionFindings(issue, path, schema);
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
  return [withHint({ code: "NW1203", path, message: issue.message }, at?.description)];
}

/** Of several forms the one that was meant, by its type, says what is wrong. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, path: FieldPath, schema: JsonSchema): readonly Finding[] {
  const meant = issue.errors.find((errors) => !errors.some(isOfAnotherType));
  if (meant !== undefined && meant.length > 0)
    return meant.flatMap((error) => findings({ ...error, path: [...issue.path, ...error.path] }, schema));
  const expected = issue.errors.flat().filter(isOfAnotherType);
  return [
    typeFinding(
      path,
      expected.map((error) => error.expected),
      issue.input,
      fieldAt(schema, path),
    ),
  ];
}

const isOfAnotherType = (issue: Issue): issue is z.core.$ZodIssueInvalidType =>
  issue.code === "invalid_type" && issue.path.length === 0;

function unknownField(path: FieldPath, at: JsonSchema | undefined): Finding {
  const known = Object.entries(propertiesOf(at)).flatMap(([name, { readOnly }]) => (readOnly === true ? [] : [name]));
  const near = nearest(String(path.at(-1)), known);
  const clusterWide = path.join(".") === "metadata.project";
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : clusterWide
        ? "this kind belongs to no project: leave it out"
        : `known here: ${known.join(", ")}`;
  return { code: "NW1201", path, message: "is not a known field", hint, onKey: true };
}

/** Of a field with several forms: those of the one that is an object. */
const propertiesOf = (at: JsonSchema | undefined): Readonly<Record<string, JsonSchema>> =>
  at?.properties ?? at?.anyOf?.map(propertiesOf).find((properties) => Object.keys(properties).length > 0) ?? {};

function customFinding(issue: z.core.$ZodIssueCustom, path: FieldPath, at: JsonSchema | undefined): Finding {
  const { code = "NW1203", hint } = (issue.params ?? {}) as { code?: ErrorCode; hint?: string };
  return withHint({ code, path, message: issue.message }, hint ?? at?.description);
}

/** Every complaint says what to do: where nothing better is known, what the field is for. */
const withHint = (finding: Omit<Finding, "hint">, hint: string | undefined): Finding => ({
  ...finding,
  hint: hint ?? "see netwright explain",
});

const nouns: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
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
  if (typeof input === "number" && expected.includes("number")) {
    return withHint({ code: "NW1203", path, message: `${input} is not a number that can be used` }, at?.description);
  }
  const wanted = [...new Set(expected.map((type) => nouns[type] ?? type))].join(" or ");
  const message = `expected ${wanted}, got ${describeValue(input)}`;
  return withHint({ code: "NW1204", path, message }, typeHint(expected, input, at) ?? at?.description);
}

function typeHint(expected: readonly string[], input: unknown, at: JsonSchema | undefined): string | undefined {
  if (expected.includes("string")) return textHint(input, at);
  if (expected.includes("number") && typeof input === "string" && /^-?\d+$/.test(input))
    return `write it without quotes: ${input}`;
  if (expected.includes("array") && input !== null) return "begin every entry with a hyphen, or put them in [ ]";
  return undefined;
}

function textHint(input: unknown, at: JsonSchema | undefined): string | undefined {
  if (typeof input === "number" || typeof input === "boolean") {
    const [example] = at?.examples ?? [];
    return example === undefined
      ? `put it in quotes: "${input}"`
      : `put it in quotes, for example ${JSON.stringify(example)}`;
  }
  // YAML reads `- 2001:db8::` as an object with the key `2001:db8:`.
  const [key, ...more] = typeof input === "object" && input !== null && !Array.isArray(input) ? Object.keys(input) : [];
  return key === undefined || more.length > 0
    ? undefined
    : `put text that ends with a colon in quotes: ${JSON.stringify(`${key.slice(0, 80)}:`)}`;
}

function missing(path: FieldPath, at: JsonSchema | undefined): Finding {
  return withHint({ code: "NW1202", path, message: "is required" }, at?.description);
}

function valueFinding(path: FieldPath, values: readonly string[], input: unknown, at: JsonSchema | undefined): Finding {
  if (input === undefined) return missing(path, at);
  const shown = typeof input === "string" ? JSON.stringify(input.slice(0, 80)) : describeValue(input);
  const near = typeof input === "string" ? nearest(input, values) : undefined;
  const message =
    values.length === 1
      ? `${shown} is not ${values[0]}, the only value so far`
      : `${shown} is not one of ${values.join(", ")}`;
  return withHint({ code: "NW1203", path, message }, near === undefined ? at?.description : `did you mean ${near}?`);
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
  return withHint({ code: "NW1203", path, message: `has ${count}, needs ${bound} ${limit} ${word}` }, at?.description);
}
