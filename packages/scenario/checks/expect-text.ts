/** What is wrong with a text. Pure. */
import { isDeepStrictEqual } from "node:util";
import { parsePath, type TextExpectation } from "@netwright/api";

/** @returns undefined when all of it holds. */
export function textProblem(text: string, expectation: TextExpectation | undefined): string | undefined {
  const { equals, contains, matches, json } = expectation ?? {};
  if (equals !== undefined && text.trim() !== equals.trim()) return `is ${shown(text)}`;
  if (contains !== undefined && !text.includes(contains)) return `is ${shown(text)}`;
  if (matches !== undefined && !new RegExp(matches, "mu").test(text)) return `is ${shown(text)}`;
  return json === undefined ? undefined : jsonProblem(text, json);
}

/** What is expected, as one line. */
export function printExpectation(what: string, expectation: TextExpectation | undefined): string {
  const { equals, contains, matches, json } = expectation ?? {};
  return [
    ...(equals === undefined ? [] : [`${what} is ${shown(equals)}`]),
    ...(contains === undefined ? [] : [`${what} contains ${shown(contains)}`]),
    ...(matches === undefined ? [] : [`${what} matches /${matches}/`]),
    ...Object.entries(json ?? {}).map(([path, value]) => `${path} is ${JSON.stringify(value)}`),
  ].join(", ");
}

/** A text of which only the beginning is known: what is not found in it may be in the rest. */
export const isUndecided = (
  expectation: TextExpectation | undefined,
  truncated: boolean,
  problem: string | undefined,
): boolean => truncated && expectation !== undefined && (problem !== undefined || expectation.equals !== undefined);

export const cutNote = (truncated: boolean): string =>
  truncated ? " (it is longer than 1 MiB; the rest was not kept)" : "";

export function shown(text: string): string {
  const line = text.trim();
  return JSON.stringify(line.length > 300 ? `${line.slice(0, 297)}...` : line);
}

function jsonProblem(text: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return `is no JSON: ${shown(text)}`;
  }
  return fieldProblem(whole, fields);
}

/** The first field that is another. */
export function fieldProblem(whole: unknown, fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const [path, expected] of Object.entries(fields)) {
    const seen = valueAt(whole, path);
    if (!isDeepStrictEqual(seen, expected))
      return `has ${seen === undefined ? "nothing" : JSON.stringify(seen)} at ${path}`;
  }
  return undefined;
}

function valueAt(whole: unknown, path: string): unknown {
  return parsePath(path)?.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[key] : undefined),
    whole,
  );
}
