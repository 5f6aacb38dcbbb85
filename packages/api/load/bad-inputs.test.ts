/** What people see for bad manifests: every file of testdata/bad and its printed diagnostics. Renew with `vitest -u`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseManifests } from "./parse-manifests.ts";
import { renderDiagnostic } from "./render-diagnostic.ts";

const folder = join(import.meta.dirname, "../testdata/bad");
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

test("there are more than 50 bad manifests", () => {
  expect(files.length).toBeGreaterThan(50);
});

test.each(files)("%s", async (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const { diagnostics } = parseManifests(text, file);
  expect(diagnostics).not.toEqual([]);
  for (const { source, message, hint } of diagnostics) {
    expect(source, message).toBeDefined();
    expect(hint, message).toBeDefined();
    expect(message).not.toMatch(/Invalid|received|undefined|\[object/);
  }
  const printed = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, text)).join("\n");
  await expect(`${printed}\n`).toMatchFileSnapshot(`${folder}/${file.replace(".yaml", ".out")}`);
});
