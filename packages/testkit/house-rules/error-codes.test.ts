import { errorCodes } from "@netwright/base";
import { expect, test } from "vitest";
import { renderErrorsPage } from "../../../tools/docs/errors-page.ts";
import { allFiles, shippedSources, textOf } from "./repository-files.ts";

const registry = "packages/base/error-codes.ts";
const registered = Object.keys(errorCodes);

/** Not yet thrown: registered for what is being built, with a word on what will use it. The list should be empty. */
const notYetThrown: readonly string[] = [];

const codesIn = (path: string): readonly string[] => textOf(path).match(/\bNW\d{4}\b/g) ?? [];

test("docs/reference/errors.md is the registry, so that every code a person meets can be looked up: npm run docs", () => {
  expect(textOf("docs/reference/errors.md")).toBe(renderErrorsPage());
  for (const code of registered) expect(renderErrorsPage()).toContain(`| ${code} |`);
});

test("every code in the repository is registered: an unknown one explains nothing", () => {
  const files = allFiles.filter((path) => /\.(ts|mjs|md|yaml|sh)$/.test(path) || !path.includes("."));
  const unknown = files.flatMap((path) =>
    codesIn(path)
      .filter((code) => !registered.includes(code))
      .map((code) => `${path}: ${code}`),
  );
  expect([...new Set(unknown)]).toEqual([]);
});

test("every registered code is used by shipped code: a code that nothing throws misleads the reader of the reference", () => {
  const used = new Set(shippedSources.filter((path) => path !== registry).flatMap(codesIn));
  expect(registered.filter((code) => !used.has(code) && !notYetThrown.includes(code))).toEqual([]);
  expect(
    notYetThrown.filter((code) => used.has(code)),
    "used by now: take it off the list notYetThrown",
  ).toEqual([]);
});
