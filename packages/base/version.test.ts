import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { productVersion } from "./version.ts";

const root = join(import.meta.dirname, "../..");

test.each(["package.json", ...globSync("packages/*/package.json", { cwd: root })])(
  "%s has the version that the programs say",
  (file) => {
    const { version } = JSON.parse(readFileSync(join(root, file), "utf8")) as { readonly version: string };
    expect(version).toBe(productVersion);
  },
);

test("no program has a version of its own", () => {
  const sources = globSync("packages/{cli,agent,server}/**/*.ts", { cwd: root });
  expect(sources.length).toBeGreaterThan(100);
  const literal = sources.filter(
    (file) => !file.endsWith(".test.ts") && readFileSync(join(root, file), "utf8").includes(`"${productVersion}"`),
  );
  expect(literal).toEqual([]);
});
