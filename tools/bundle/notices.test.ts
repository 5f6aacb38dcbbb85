import { expect, test } from "vitest";
import { root } from "../gate/program.ts";
import { packagesOf, renderNotices } from "./notices.ts";

test("packages are named once, with their scope, also when nested", () => {
  const inputs = [
    "packages/cli/main.ts",
    "node_modules/zod/v4/a.js",
    "node_modules/zod/b.js",
    "node_modules/@x/y/c.js",
  ];
  expect(packagesOf(inputs)).toEqual(["@x/y", "zod"]);
  expect(packagesOf(["node_modules/a/node_modules/b/c.js"])).toEqual(["b"]);
});

test("a notice carries version, name and text of the licence", () => {
  const text = renderNotices(root, ["node_modules/zod/index.js"]);
  expect(text).toMatch(/^zod \d+\.\d+\.\d+ \(MIT\)/);
  expect(text).toContain("Permission is hereby granted");
});
