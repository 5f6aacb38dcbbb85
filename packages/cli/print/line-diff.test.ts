import fc from "fast-check";
import { expect, test } from "vitest";
import { renderLineDiff } from "./line-diff.ts";

test("equal texts give nothing", () => {
  expect(renderLineDiff("a\nb\n", "a\nb\n", "title")).toBe("");
});

test("shows two lines of context and leaves out the rest", () => {
  const before = ["1", "2", "3", "4", "5", "6", "7", "8"];
  const after = before.with(3, "four");
  expect(renderLineDiff(before.join("\n"), after.join("\n"), "title")).toBe(
    ["title", "  ...", "  2", "  3", "- 4", "+ four", "  5", "  6", ""].join("\n"),
  );
});

test("what is new or gone altogether", () => {
  expect(renderLineDiff("", "a\nb\n", "title")).toBe("title\n+ a\n+ b\n");
  expect(renderLineDiff("a\n", "", "title")).toBe("title\n- a\n");
});

test("lines without + are the text before, lines without - the text after", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const [, ...lines] = renderLineDiff(before.join("\n"), after.join("\n"), "title").trimEnd().split("\n");
      if (lines.length === 0 || lines.includes("  ...")) return;
      const side = (mark: string) => lines.filter((line) => !line.startsWith(mark)).map((line) => line.slice(2));
      // Context further than two lines away is left out, so sides are parts of the texts.
      expect(before.join("")).toContain(side("+").join(""));
      expect(after.join("")).toContain(side("-").join(""));
    }),
  );
});
