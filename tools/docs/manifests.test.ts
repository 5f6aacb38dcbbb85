import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifests } from "@netwright/api";
import { expect, test } from "vitest";
import { documents } from "../docs-commands.ts";
import { root } from "../gate/program.ts";

/** Manifests shown in a document, but for those whose mistakes are its subject. */
function manifestsIn(file: string): readonly string[] {
  const blocks = readFileSync(join(root, file), "utf8").matchAll(
    /^(<!-- wrong on purpose -->\n)?(?:<!-- file: .+ -->\n)?```yaml\n([^]*?)^```$/gm,
  );
  return [...blocks].flatMap(([, wrong, text = ""]) =>
    wrong === undefined && text.startsWith("apiVersion:") ? [text] : [],
  );
}

const shown = documents().flatMap((file) => manifestsIn(file).map((text, index) => ({ file, index, text })));

test.each(shown)("$file, manifest $index, is one that is taken", ({ file, text }) => {
  expect(parseManifests(text, file).diagnostics).toEqual([]);
});

test("there are manifests in the documents", () => expect(shown.length).toBeGreaterThan(3));
