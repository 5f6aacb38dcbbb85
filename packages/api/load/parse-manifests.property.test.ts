/** Random and mutated manifests: the loader never throws, always ends, and every complaint can be found in the text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCodes } from "@netwright/base";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { decodeManifest, decodeObject, encodeObject } from "../kinds/decode.ts";
import { parsePath } from "../kinds/field-path.ts";
import { kindNames } from "../kinds/index.ts";
import { jsonSchemaOf, type JsonSchema } from "../kinds/json-schema.ts";
import { kinds } from "../kinds/index.ts";
import { kindFolder } from "../reference/kind-files.ts";
import { nearestSource, sourcesOf } from "./sources.ts";
import { parseManifests } from "./parse-manifests.ts";
import { renderDiagnostic } from "./render-diagnostic.ts";

// Thousands of manifests take seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** What must hold for any text at all. */
function judge(text: string): void {
  const { objects, diagnostics } = parseManifests(text, "any.yaml");
  const lines = text.split("\n");
  expect(objects.length + diagnostics.length).toBeGreaterThan(0);
  for (const { code, message, field, source, hint } of diagnostics) {
    expect(Object.keys(errorCodes)).toContain(code);
    expect(message).not.toBe("");
    expect(message).not.toMatch(/Invalid input|\[object/);
    expect(message.length).toBeLessThan(500);
    expect(hint).toBeDefined();
    expect(parsePath(field ?? ""), field).toBeDefined();
    const { line = 0, column = 0, length = 0 } = source ?? {};
    const shown = lines[line - 1];
    expect(shown, `line ${line} of ${lines.length}`).toBeDefined();
    expect(column).toBeGreaterThanOrEqual(1);
    expect(length === 1 ? column - 1 : column - 1 + length).toBeLessThanOrEqual(shown?.length ?? 0);
  }
  for (const diagnostic of diagnostics) expect(renderDiagnostic(diagnostic, text)).toContain(diagnostic.code);
  for (const loaded of objects) {
    expect(decodeObject(encodeObject(loaded.object))).toEqual({ ok: true, object: loaded.object });
    expect(nearestSource(sourcesOf(loaded), "spec.tiers[0].workload.port")).toBeDefined();
  }
}

const examples = kindNames.flatMap((kind) =>
  [
    ...readFileSync(join(import.meta.dirname, "..", kindFolder(kind), "README.md"), "utf8").matchAll(
      /^```yaml\n(.*?)^```$/gms,
    ),
  ].map((match) => match[1] ?? ""),
);

const yamlish = fc.array(
  fc.oneof(
    fc.constantFrom(..."{}[],:#&*!|>'\"%@`-? \n\t\r".split("")),
    fc.constantFrom(
      "\n  ",
      "\n    - ",
      ": ",
      "---\n",
      "...\n",
      "&a ",
      "*a",
      "<<: ",
      "!!str ",
      "kind: Service\n",
      "\ufeff",
      "\u0085",
      "\u2028",
      "\ud800",
    ),
    fc.string({ maxLength: 5, unit: "binary" }),
  ),
  { maxLength: 60 },
);

test("random text", () => {
  fc.assert(
    fc.property(yamlish, (parts) => judge(parts.join(""))),
    { numRuns: 1500 },
  );
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), judge), { numRuns: 500 });
});

test("valid manifests with pieces cut out, doubled and put in", () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(20),
    put: fc.oneof(
      fc.constant(""),
      yamlish.map((parts) => parts.slice(0, 3).join("")),
    ),
  });
  const mutated = fc
    .tuple(fc.constantFrom(...examples), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) =>
      edits.reduce((now, { at, cut, put }) => {
        const from = Math.floor(at * now.length);
        return now.slice(0, from) + put + now.slice(from + cut);
      }, text),
    );
  fc.assert(fc.property(mutated, judge), { numRuns: 1500 });
});

/** JSON that follows a schema's shape, mostly: each value is now and then of another kind altogether. */
function shaped(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  const right = rightly(schema, depth);
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

function rightly(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const examplesOf = schema.examples ?? [];
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(([name, child]) => [name, shaped(child, depth + 1)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...(schema.required ?? [])] });
  }
  if (schema.items !== undefined) return fc.array(shaped(schema.items, depth + 1), { maxLength: 3 });
  if (examplesOf.length > 0) return fc.constantFrom(...examplesOf);
  if (schema.minimum !== undefined) return fc.integer({ min: schema.minimum, max: schema.maximum ?? schema.minimum });
  if (schema.type === "boolean") return fc.boolean();
  return fc.constantFrom("a", "web", "/srv/a", "host", "x1");
}

test("random objects in the shape of their kind, written as YAML and as JSON", () => {
  const objects = fc.oneof(...kindNames.map((kind) => shaped(jsonSchemaOf(kinds[kind]))));
  fc.assert(
    fc.property(objects, fc.boolean(), (object, json) =>
      judge(json ? JSON.stringify(object, null, 2) : stringify(object)),
    ),
    { numRuns: 1500 },
  );
});

test("decoding any JSON value gives an object or findings with paths inside it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...kindNames), (value, kind) => {
      const object =
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? { apiVersion: "netwright.dev/v1alpha1", kind, ...value }
          : value;
      const decoded = decodeManifest(object);
      if (!decoded.ok) expect(decoded.findings.length).toBeGreaterThan(0);
    }),
    { numRuns: 1000 },
  );
});
