import { describe, expect, test } from "vitest";
import { combinations, runName, substitute } from "./values.ts";

describe("${{ NAME }}", () => {
  test("alone it keeps its type, inside a text it is text", () => {
    const { value, findings } = substitute(
      { port: "${{ port }}", url: "http://a:${{port}}/", n: [1, true] },
      { port: 80 },
    );
    expect(findings).toEqual([]);
    expect(value).toEqual({ port: 80, url: "http://a:80/", n: [1, true] });
  });

  test("keys too, and sh's own variables stay", () => {
    expect(substitute({ "${{a}}": "$HOME ${HOME} $((1+1))" }, { a: "x" }).value).toEqual({
      x: "$HOME ${HOME} $((1+1))",
    });
  });

  test("an unknown name is named with its place", () => {
    const { findings } = substitute({ steps: [{ run: "echo ${{ prot }}" }] }, { port: 80 });
    expect(findings).toMatchObject([{ code: "NW1301", path: ["steps", 0, "run"], hint: "did you mean port?" }]);
  });

  test("names that are known later are left alone", () => {
    expect(substitute("${{ node.a.address }}", {}, "node.")).toEqual({ value: "${{ node.a.address }}", findings: [] });
  });
});

test("a matrix is every combination", () => {
  const rows = combinations({ family: [4, 6], fast: [true, false] });
  expect(rows.map((row) => runName("s", row))).toEqual([
    "s[family=4,fast=true]",
    "s[family=4,fast=false]",
    "s[family=6,fast=true]",
    "s[family=6,fast=false]",
  ]);
  expect(combinations({})).toEqual([{}]);
  expect(runName("s", {})).toBe("s");
});
