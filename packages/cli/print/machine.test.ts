import { expect, test } from "vitest";
import { isMachine, renderMachine } from "./machine.ts";

test("JSON ends with a newline; YAML keeps long lines", () => {
  expect(renderMachine("json", { a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
  expect(renderMachine("yaml", { a: "x ".repeat(100) })).toBe(`a: "${"x ".repeat(100)}"\n`);
});

test("forms for people are no machine forms", () => {
  expect((["table", "wide", "name", "json", "yaml"] as const).filter(isMachine)).toEqual(["json", "yaml"]);
});
