import { describe, expect, test } from "vitest";
import { codeOnly, importsOf, linesWith, withoutComments } from "./source-text.ts";

describe("importsOf", () => {
  test.each([
    ['import { a } from "./a.ts";', ["./a.ts"]],
    ['import type {\n  A,\n  B,\n} from "@netwright/base";', ["@netwright/base"]],
    ['import "reflect-metadata";', ["reflect-metadata"]],
    ['export * from "./b.ts";', ["./b.ts"]],
    ['export { c } from "./c.ts";', ["./c.ts"]],
    ['const d = await import("./d.ts");', ["./d.ts"]],
    ['type E = import("./e.ts").E;', ["./e.ts"]],
    ['import a, { b } from "x";\nimport * as c from "y";', ["x", "y"]],
    ['// import { a } from "./no.ts";\n/* import "./no.ts" */', []],
    ['export const path = "./no.ts";', []],
    ['export function f() {\n  return from("./no.ts");\n}', []],
  ])("%j", (source, expected) => {
    expect(importsOf(source).map((entry) => entry.specifier)).toEqual(expected);
  });

  test("says the line", () => {
    expect(importsOf('const x = 1;\nimport "b";\n')).toEqual([{ specifier: "b", line: 2 }]);
  });
});

describe("blanking", () => {
  test("comments go, line numbers stay", () => {
    expect(withoutComments("a; // b\n/* c\n d */ e;")).toBe("a;     \n    \n      e;");
  });

  test("a comment sign inside a string or a regular expression is none", () => {
    const source = 'const url = "http://x"; const re = /["/]\\/\\//; Date.now();';
    expect(withoutComments(source)).toBe(source);
    expect(codeOnly(source)).toContain("Date.now();");
  });

  test("strings are not code", () => {
    expect(linesWith(codeOnly('const text = "Date.now()";\nDate.now();'), /Date\.now/)).toEqual([2]);
  });
});
