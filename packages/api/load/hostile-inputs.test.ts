/** Texts that are made to hurt: each is refused with a code, and in bounded time and memory. */
import { describe, expect, test, vi } from "vitest";
import { parseManifests } from "./parse-manifests.ts";

// Wide and deep texts take seconds on a busy machine; what is bounded is shown by what is answered.
vi.setConfig({ testTimeout: 60_000 });

const head = "apiVersion: netwright.dev/v1alpha1\nkind: Network\nmetadata:\n  name: web\n";

function codes(text: string): readonly string[] {
  const { objects, diagnostics } = parseManifests(text, "bad.yaml");
  expect(objects).toEqual([]);
  return [...new Set(diagnostics.map(({ code }) => code))];
}

/** A text whose aliases would expand to `width` to the power of `levels`. */
function bomb(levels: number, width: number): string {
  const line = (level: number): string =>
    `    l${level}: &l${level} [${Array(width)
      .fill(level === 0 ? "lol" : `*l${level - 1}`)
      .join(", ")}]`;
  return `${head}  labels:\n${Array.from({ length: levels }, (_, level) => line(level)).join("\n")}\n`;
}

describe("too much", () => {
  test("10 MB", () => {
    expect(codes(`${head}# ${"x".repeat(10_000_000)}\n`)).toEqual(["NW1105"]);
  });
  test("10 MB of characters with more than one octet are counted in octets", () => {
    expect(codes(`${head}# ${"é".repeat(2_200_000)}\n`)).toEqual(["NW1105"]);
  });
  test("4 MiB is still read", () => {
    expect(parseManifests(`${head}# ${"x".repeat(4_000_000)}\n`, "big.yaml").objects).toHaveLength(1);
  });
  test("a million short lines", () => {
    expect(codes(`${head}${"a: b\n".repeat(800_000)}`)).toEqual(["NW1105"]);
  });
  test("two million commas", () => {
    expect(codes(`{a: [${"1,".repeat(2_000_000)}]}`)).toEqual(["NW1105"]);
  });
});

describe("aliases", () => {
  test("a billion laughs", () => {
    expect(codes(bomb(30, 10))).toEqual(["NW1105"]);
  });
  test("a long text named a thousand times", () => {
    const text = `a: &a "${"x".repeat(100_000)}"\nb: [${Array(1000).fill("*a").join(", ")}]\n`;
    expect(codes(text)).toEqual(["NW1105"]);
  });
  test("as key, a bomb counts too", () => {
    expect(
      codes(`a: &a ${"x".repeat(60_000)}\nb: { ${Array.from({ length: 60 }, () => "*a : 1").join(", ")} }`),
    ).toContain("NW1105");
  });
  test("in a circle", () => {
    expect(codes(`${head}  labels: &l { a: *l }\n`)).toEqual(["NW1105"]);
    expect(codes("&a [*a]")).toEqual(["NW1105"]);
  });
  test("a few hundred harmless ones are fine", () => {
    const documents = Array.from(
      { length: 300 },
      (_, index) => `---\n${head.replace("web", `&name n${index}`)}  labels: { a: *name, b: *name }\n`,
    );
    const { objects, diagnostics } = parseManifests(documents.join(""), "many.yaml");
    expect(diagnostics).toEqual([]);
    expect(objects).toHaveLength(300);
  });
});

describe("nesting", () => {
  test.each([
    ["brackets", "[".repeat(100_000)],
    ["closed brackets", `${"[".repeat(5000)}${"]".repeat(5000)}`],
    ["dashes", "- ".repeat(20_000)],
    ["question marks", "? ".repeat(20_000)],
    ["braces", `${"{a: ".repeat(5000)}1${"}".repeat(5000)}`],
    ["lines", Array.from({ length: 2000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
  ])("%s", (_, text) => {
    expect(codes(text)).toContain("NW1105");
  });
});

describe("no text", () => {
  test.each([
    ["NUL", "kind: a\0b\n"],
    ["an ELF file", "\x7fELF\x02\x01\x01\0\0\0"],
    ["escape sequences", "kind: \x1b[31mred\n"],
  ])("%s", (_, text) => {
    expect(codes(text)).toEqual(["NW1102"]);
  });
  test.each(["", "\n\n", "# comment\n", "---\n---\n", "\ufeff", "%YAML 1.2\n---\n"])("%j holds no object", (text) => {
    expect(codes(text)).toContain("NW1103");
  });
  test("a byte order mark before a manifest is no harm", () => {
    expect(parseManifests(`\ufeff${head}`, "bom.yaml").objects).toHaveLength(1);
  });
});

test("YAML 1.1 is not spoken, also when asked for: yes stays text", () => {
  const { objects } = parseManifests(`%YAML 1.1\n---\n${head}  labels: { a: yes, b: 'no' }\n`, "old.yaml");
  expect(objects[0]?.object.metadata.labels).toEqual({ a: "yes", b: "no" });
});

test("tens of thousands of keys in one object, and the last one twice", () => {
  const keys = Array.from({ length: 30_000 }, (_, index) => `k${index}: 1\n`).join("");
  expect(codes(`${keys}k29999: 2\n`)).toEqual(["NW1102"]);
});

test("tens of thousands of unknown fields in one object: the complaints are as many as one can read", () => {
  const labels = Array.from({ length: 30_000 }, (_, index) => `k${index}: 1\n`).join("");
  const { diagnostics } = parseManifests(`${head}${labels}`, "wide.yaml");
  expect(diagnostics).toHaveLength(100);
  expect(parseManifests(`${head}${"a: b\n".repeat(30_000)}`, "twice.yaml").diagnostics).toHaveLength(100);
});
