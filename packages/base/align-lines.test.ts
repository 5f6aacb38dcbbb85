import fc from "fast-check";
import { expect, test } from "vitest";
import { alignLines, type AlignedLine } from "./align-lines.ts";

const marks = (before: string, after: string): string =>
  alignLines(before, after)
    .map(([mark, text]) => `${mark}${text}`)
    .join(" ");

test.each([
  ["a\nb\nc\n", "a\nc\n", " a -b  c"],
  ["a\n", "a\na\n", " a +a"],
  ["", "a\n", "+a"],
  ["a", "a\n", " a"],
  ["a\nx\nb\n", "a\ny\nb\n", " a -x +y  b"],
])("%j to %j", (before, after, expected) => {
  expect(marks(before, after)).toBe(expected);
});

const side = (lines: readonly AlignedLine[], mark: "-" | "+"): string =>
  lines
    .filter(([each]) => each === " " || each === mark)
    .map(([, text]) => `${text}\n`)
    .join("");

test("both texts can be had from what is aligned", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c")).map((lines) => lines.map((line) => `${line}\n`).join(""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = alignLines(before, after);
      expect([side(lines, "-"), side(lines, "+")]).toEqual([before, after]);
    }),
  );
});

test("texts too long to compare are told one behind the other", () => {
  const text = (word: string): string => Array.from({ length: 2100 }, (_, index) => `${word}${index}\n`).join("");
  const lines = alignLines(text("a"), text("b"));
  expect([lines.length, lines[0], lines[2100]]).toEqual([4200, ["-", "a0"], ["+", "b0"]]);
});
