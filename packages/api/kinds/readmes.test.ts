/** Examples in the READMEs are right, generated parts are current, and every field is described. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseManifests } from "../load/parse-manifests.ts";
import { kindFolder, schemaText, withFieldTable } from "../reference/kind-files.ts";
import { decodeManifest, encodeObject } from "./decode.ts";
import { kindNames, kinds, type KindName } from "./index.ts";
import { jsonSchemaOf, type JsonSchema } from "./json-schema.ts";

const text = (kind: KindName, file: string): string =>
  readFileSync(join(import.meta.dirname, "..", kindFolder(kind), file), "utf8");

const examples = (readme: string): readonly string[] =>
  [...readme.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? "");

describe.each(kindNames)("%s", (kind) => {
  test("schema.json is current: npm run docs", () => {
    expect(text(kind, "schema.json")).toBe(schemaText(kind));
  });

  test("the README's table of fields is current: npm run docs", () => {
    const readme = text(kind, "README.md");
    expect(readme).toBe(withFieldTable(readme, kind));
  });

  test("every example in the README is right and survives a round trip", () => {
    const found = examples(text(kind, "README.md"));
    expect(found.length).toBeGreaterThan(kinds[kind].readOnly ? -1 : 0);
    for (const example of found) {
      const { objects, diagnostics } = parseManifests(example, "README.md");
      expect(diagnostics).toEqual([]);
      expect(objects.map(({ object }) => object.kind)).toContain(kind);
      for (const { object } of objects) expect(decodeManifest(encodeObject(object))).toEqual({ ok: true, object });
    }
  });

  test("every field of spec is described", () => {
    expect(undescribed(jsonSchemaOf(kinds[kind]).properties?.["spec"] ?? {}, "spec")).toEqual([]);
  });

  test("plural, singular and aliases are words of this kind alone", () => {
    const words = ({ kind: name, plural, aliases }: (typeof kinds)[KindName]): readonly string[] => [
      name.toLowerCase(),
      plural,
      ...aliases,
    ];
    const others = new Set(kindNames.filter((other) => other !== kind).flatMap((other) => words(kinds[other])));
    expect(words(kinds[kind]).filter((word) => others.has(word))).toEqual([]);
  });
});

function undescribed(schema: JsonSchema, path: string): readonly string[] {
  const own = schema.description === undefined && !path.endsWith("[]") ? [path] : [];
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    undescribed(child, `${path}.${name}`),
  );
  return [...own, ...inside, ...(schema.items === undefined ? [] : undescribed(schema.items, `${path}[]`))];
}
