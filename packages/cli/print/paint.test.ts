import { expect, test } from "vitest";
import { wantsColor } from "../terminal.ts";
import { paint, paintChanges } from "./paint.ts";

test("only where it is wanted", () => {
  expect(paint("x", "red", false)).toBe("x");
  expect(paint("x", "red", true)).toBe("\u001b[31mx\u001b[0m");
  expect(paintChanges("+ a\n- b\n", false)).toBe("+ a\n- b\n");
});

test("only lines with a mark at the margin: a list in YAML is no removed line", () => {
  expect(paintChanges("+ a\n  - name: web\n- b\n", true)).toBe(
    "\u001b[32m+ a\u001b[0m\n  - name: web\n\u001b[31m- b\u001b[0m\n",
  );
  expect(paintChanges("host h\n  ~ a\n+ b\n", true, 2)).toBe("host h\n\u001b[33m  ~ a\u001b[0m\n+ b\n");
});

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ TERM: "dumb" }, true, false],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, true],
])("with %j and a terminal %s, colour is wanted: %s", (env, isTerminal, wanted) => {
  expect(wantsColor(env, isTerminal)).toBe(wanted);
});
