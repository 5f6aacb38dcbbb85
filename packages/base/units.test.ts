import { expect, test } from "vitest";
import { formatDuration, milliseconds } from "./units.ts";

test.each([
  [0, "0 ms"],
  [37.4, "37 ms"],
  [1234, "1.23 s"],
  [59_000, "59.0 s"],
  [185_000, "3 min 5 s"],
  [7_380_000, "2 h 3 min"],
  [349_200_000, "4 d 1 h"],
  [3_600_000, "1 h"],
])("formatDuration(%d) is %s", (value, text) => {
  expect(formatDuration(milliseconds(value))).toBe(text);
});
