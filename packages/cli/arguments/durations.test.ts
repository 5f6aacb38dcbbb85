import { Command } from "commander";
import { expect, test } from "vitest";
import { timeoutOf, waitOptions } from "./durations.ts";

function parse(...args: readonly string[]): Command {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  waitOptions(command);
  return command.parse([...args], { from: "user" });
}

test("60 seconds unless said otherwise; with a unit", () => {
  expect(timeoutOf(parse().opts())).toBe(60_000);
  expect(timeoutOf(parse("--timeout", "500ms").opts())).toBe(500);
  expect(timeoutOf(parse("--timeout=2m").opts())).toBe(120_000);
});

test.each(["5", "soon", "0s", "2d"])("%s is refused", (text) => {
  expect(() => parse("--timeout", text)).toThrow("is invalid");
});

test("verbs wait unless told not to", () => {
  expect(parse().opts()["wait"]).toBe(true);
  expect(parse("--no-wait").opts()["wait"]).toBe(false);
});
