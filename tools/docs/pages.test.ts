import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../gate/program.ts";
import { pages } from "./pages.ts";

test.each(pages)("$path is what npm run docs writes", async ({ path, render }) => {
  expect(readFileSync(join(root, path), "utf8"), "npm run docs").toBe(await render());
});
