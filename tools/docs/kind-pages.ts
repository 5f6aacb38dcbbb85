/** The generated parts of each kind's folder: JSON Schema, and the table of fields in the README. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kindNames } from "@netwright/api";
import { kindFolder, schemaText, withFieldTable } from "@netwright/api/reference/kind-files.ts";
import { root } from "../gate/program.ts";
import type { Page } from "./pages.ts";

export const kindPages: readonly Page[] = kindNames.flatMap((kind) => {
  const folder = `packages/api/${kindFolder(kind)}`;
  const readme = `${folder}/README.md`;
  return [
    { path: `${folder}/schema.json`, render: () => schemaText(kind) },
    { path: readme, render: () => withFieldTable(readFileSync(join(root, readme), "utf8"), kind) },
  ];
});
