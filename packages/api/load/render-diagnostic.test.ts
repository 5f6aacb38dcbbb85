import { expect, test } from "vitest";
import { renderDiagnostic } from "./render-diagnostic.ts";

const source = { file: "shop.yaml", line: 2, column: 7, length: 5 };
const diagnostic = {
  code: "NW1203",
  message: "80800 is not a port (1 to 65535)",
  field: "spec.port",
  source,
  hint: "for example 8080",
} as const;

test("field, place, line, mark and hint", () => {
  expect(renderDiagnostic(diagnostic, "spec:\nport: 80800 # too much\n")).toBe(
    [
      "error NW1203 invalid: port: 80800 is not a port (1 to 65535)",
      "  shop.yaml:2:7",
      "  2 | port: 80800 # too much",
      "            ^^^^^",
      "  hint: for example 8080",
    ].join("\n"),
  );
});

test("without the text, and when the text is not long enough: no line", () => {
  const short = [
    "error NW1203 invalid: port: 80800 is not a port (1 to 65535)",
    "  shop.yaml:2:7",
    "  hint: for example 8080",
  ];
  expect(renderDiagnostic(diagnostic)).toBe(short.join("\n"));
  expect(renderDiagnostic(diagnostic, "spec:")).toBe(short.join("\n"));
});

test("without a place the object is named", () => {
  const { source: _, ...rest } = diagnostic;
  expect(renderDiagnostic({ ...rest, subject: "service/shop" })).toBe(
    "error NW1203 invalid: service/shop: port: 80800 is not a port (1 to 65535)\n  hint: for example 8080",
  );
});

test("tabs and characters that move the cursor keep their one column", () => {
  const printed = renderDiagnostic({ ...diagnostic, message: "a\x1b[31mb\nc" }, "spec:\n\t\u202e\x1b  x80800\r\n");
  expect(printed.split("\n")).toEqual([
    "error NW1203 invalid: port: a?[31mb?c",
    "  shop.yaml:2:7",
    "  2 |  ??  x80800",
    "            ^^^^^",
    "  hint: for example 8080",
  ]);
});

test("long lines are cut around the place", () => {
  const line = `${"a".repeat(5000)}80800${"b".repeat(5000)}`;
  const printed = renderDiagnostic({ ...diagnostic, source: { ...source, line: 1, column: 5001 } }, line);
  const [, , excerpt = "", marks = ""] = printed.split("\n");
  expect(excerpt.length).toBeLessThan(130);
  expect(excerpt.slice(marks.indexOf("^"), marks.lastIndexOf("^") + 1)).toBe("80800");
});
