import fc from "fast-check";
import { expect, test } from "vitest";
import { lineIndex } from "./line-index.ts";

test("every offset has the line and column that counting gives", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "\n", "\r\n", "é"), { maxLength: 40 }), (parts) => {
      const text = parts.join("");
      const index = lineIndex(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const before = text.slice(0, offset).split("\n");
        expect(index.place(offset)).toEqual({ line: before.length, column: (before.at(-1) ?? "").length + 1 });
      }
    }),
  );
});
