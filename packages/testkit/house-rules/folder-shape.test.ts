import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { allFiles, foldersIn, textOf } from "./repository-files.ts";
import { importsOf } from "./source-text.ts";

const has = (path: string): boolean => allFiles.includes(path);

/** Not drivers: what several drivers of one engine share, what the agent fills for them, and what tests share. */
const shared = new Set(["image-store", "nftables", "testing"]);
const drivers = foldersIn("packages/drivers")
  .filter((name) => !shared.has(name))
  .map((name) => `packages/drivers/${name}`);
const kinds = foldersIn("packages/api/kinds").map((name) => `packages/api/kinds/${name}`);

/** Files that tests against real engines reach by relative imports, the registry of all drivers aside. */
const reachedByEngineTests = reach(
  allFiles.filter((path) => path.startsWith("packages/drivers/") && path.endsWith(".netns.test.ts")),
);

function reach(start: readonly string[]): readonly string[] {
  const seen = new Set(start);
  for (const file of seen) {
    for (const { specifier } of importsOf(textOf(file))) {
      const path = posix.join(posix.dirname(file), specifier);
      if (specifier.startsWith(".") && has(path) && path !== "packages/drivers/index.ts") seen.add(path);
    }
  }
  return [...seen];
}

const readmeWhy =
  "a reader learns from it what the folder is for, what it promises and what it refuses, before any code";

test("every package has a README.md", () => {
  const missing = foldersIn("packages").filter((name) => !has(`packages/${name}/README.md`));
  expect(missing, readmeWhy).toEqual([]);
});

describe.each(drivers)("%s", (folder) => {
  const why = "drivers have one shape, so that who knows one finds everything in the next";
  const files = allFiles.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));

  test("has README.md and index.ts", () => {
    expect(
      ["README.md", "index.ts"].filter((name) => !files.includes(name)),
      why,
    ).toEqual([]);
  });

  test("has want, observe, plan and apply, each a file or a folder", () => {
    // The updater of DNS records is a client of a protocol, not a slot of a host.
    const parts = folder.endsWith("/dns-rfc2136") ? [] : ["want", "observe", "plan", "apply"];
    const missing = parts.filter((part) => !files.some((name) => name === `${part}.ts` || name.startsWith(`${part}/`)));
    expect(missing, why).toEqual([]);
  });

  test("has tests beside its files, and one against the real engine reaches it", () => {
    const proof = "what a driver renders and reads is proven only by the engine itself";
    expect(
      files.some((name) => name.endsWith(".test.ts")),
      proof,
    ).toBe(true);
    expect(
      reachedByEngineTests.some((path) => path.startsWith(`${folder}/`)),
      proof,
    ).toBe(true);
  });
});

test.each(kinds)("%s has README.md, index.ts, schema.ts and validate.ts: kinds have one shape", (folder) => {
  const wanted = ["README.md", "index.ts", "schema.ts", "validate.ts"];
  expect(wanted.filter((name) => !has(`${folder}/${name}`))).toEqual([]);
});
