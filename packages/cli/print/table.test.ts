import { expect, test } from "vitest";
import { cellText, renderFields, renderTable } from "./table.ts";

test("columns are as wide as their widest cell, and no line ends in blanks", () => {
  expect(
    renderTable(
      ["NAME", "STATUS", "URL"],
      [
        ["shop", "Ready", ""],
        ["a-long-name", "-", "https://x/"],
      ],
    ),
  ).toBe(["NAME         STATUS  URL", "shop         Ready", "a-long-name  -       https://x/", ""].join("\n"));
});

test("without a heading", () => {
  expect(renderTable(["NAME", "A LONG HEADING", "C"], [["a", "b", "c"]], false)).toBe("a  b  c\n");
});

test("fields are aligned, and what follows in a value keeps its column", () => {
  expect(
    renderFields(
      [
        ["at", "noon"],
        ["message", "one\ntwo"],
      ],
      "  ",
    ),
  ).toBe("  at       noon\n  message  one\n           two\n");
});

test.each([
  [undefined, "-"],
  [null, "-"],
  ["", "-"],
  [[], "-"],
  [["a", "b"], "a; b"],
  [0, "0"],
  [false, "false"],
  [{ a: 1 }, '{"a":1}'],
])("the cell of %j is %s", (value, text) => {
  expect(cellText(value)).toBe(text);
});
