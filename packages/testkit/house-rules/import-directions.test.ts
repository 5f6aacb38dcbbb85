import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { allowed, judgeEdge, reasonAgainst } from "./import-edges.ts";
import { foldersIn, isTest, packageSources, shippedSources, textOf } from "./repository-files.ts";
import { importsOf } from "./source-text.ts";

/** `packages/NAME/...` that an import leads to, whichever way it is written; undefined when it is not ours. */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith("@netwright/")) return specifier.slice("@netwright/".length);
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.normalize(posix.join(posix.dirname(file), specifier));
  const own = file.split("/")[1];
  if (!path.startsWith("packages/")) return path;
  return path.startsWith(`packages/${own}/`) ? undefined : path.slice("packages/".length);
}

function faultsOf(file: string): readonly string[] {
  const from = file.split("/")[1] ?? "";
  return importsOf(textOf(file)).flatMap(({ specifier, line }) => {
    const to = targetOf(file, specifier);
    if (to === undefined) return [];
    // The house rules are about the whole repository, its tools included.
    if (file.startsWith("packages/testkit/house-rules/") && to.startsWith("tools/")) return [];
    const why = specifier.startsWith(".")
      ? `${specifier} leaves the package: name the package, @netwright/NAME`
      : judgeEdge(from, to, isTest(file));
    return why === undefined ? [] : [`${file}:${line} imports ${specifier}: ${why}`];
  });
}

test("every package stands in the table, and every entry is a package", () => {
  expect(foldersIn("packages").toSorted()).toEqual(Object.keys(allowed).toSorted());
});

test("no import goes against the direction of docs/design/0001-shape.md", () => {
  expect(packageSources.flatMap(faultsOf)).toEqual([]);
});

test("shipped code imports nothing that is for tests only", () => {
  const faults = shippedSources.flatMap((file) =>
    importsOf(textOf(file))
      .filter(({ specifier }) => isTest(specifier))
      .map(({ specifier, line }) => `${file}:${line} imports ${specifier}`),
  );
  expect(faults).toEqual([]);
});

test("every import names its file with its ending, as Node without a build step needs it", () => {
  const faults = packageSources.flatMap((file) =>
    importsOf(textOf(file))
      .filter(({ specifier }) => specifier.startsWith(".") && !/\.(ts|mjs|json)$/.test(specifier))
      .map(({ specifier, line }) => `${file}:${line} imports ${specifier}`),
  );
  expect(faults).toEqual([]);
});

describe("the table itself", () => {
  test.each([
    ["agent", "compiler", false],
    ["compiler", "drivers", false],
    ["server", "drivers", false],
    ["server", "drivers/firewall-nft/index.ts", false],
    ["cli", "server", false],
    ["cli", "server/app.ts", false],
    ["drivers", "testkit", false],
    ["base", "contract", false],
  ])("%s may not import %s", (from, to, inTest) => {
    expect(judgeEdge(from, to, inTest)).toBe(reasonAgainst(from, to));
  });

  test.each([
    ["server", "drivers/dns-rfc2136/index.ts", false],
    ["cli", "agent/main.ts", false],
    ["agent", "drivers", false],
    ["drivers", "testkit", true],
    ["drivers", "system", true],
  ])("%s may import %s (in a test: %s)", (from, to, inTest) => {
    expect(judgeEdge(from, to, inTest)).toBeUndefined();
  });

  test("has no cycle", () => {
    const reach = (from: string, seen: readonly string[]): readonly string[] =>
      (allowed[from] ?? []).flatMap((to) => {
        const target = to.split("/")[0] ?? to;
        return seen.includes(target) ? [[...seen, target].join(" -> ")] : reach(target, [...seen, target]);
      });
    expect(Object.keys(allowed).flatMap((name) => reach(name, [name]))).toEqual([]);
  });
});
