import { milliseconds } from "@netwright/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDuration, printDuration } from "./duration.ts";

const any = { min: milliseconds(0), max: milliseconds(1e9) };

test.each([
  ["500ms", 500],
  ["10s", 10_000],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["0s", 0],
])("%s is %d ms", (text, expected) => {
  expect(parseDuration(text, any)).toBe(expected);
});

test.each(["", "10", "s", "-1s", "1 s", "1S", "1d", "1e3s", "0x1s", "1.s", "١s"])("%j is refused", (text) => {
  expect(() => parseDuration(text, any)).toThrow(expect.objectContaining({ code: "NW1203" }));
});

test("bounds are said in the words that people write", () => {
  const bounds = { min: milliseconds(100), max: milliseconds(60_000) };
  expect(() => parseDuration("2m", bounds)).toThrow("2m is out of bounds (100ms to 1m)");
});

test("what is printed can be read back", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000), (value) => {
      expect(parseDuration(printDuration(milliseconds(value)), any)).toBe(value);
    }),
  );
});
