import { isNetwrightError } from "@netwright/base";
import { expect, test } from "vitest";
import { parseStatusCodes, printStatusCodes } from "./status-codes.ts";

test.each([
  [200, "200"],
  ["200", "200"],
  ["200-299", "200-299"],
  ["200, 204", "200,204"],
  [[204, "200-203", 301], "200-204,301"],
  [["200-250", "240-300"], "200-300"],
] as const)("%j is %s", (written, canonical) => {
  expect(printStatusCodes(parseStatusCodes(written))).toBe(canonical);
  expect(printStatusCodes(parseStatusCodes(canonical))).toBe(canonical);
});

test.each([99, 600, 20, "ok", "200-", "2xx", "", [], ["200", "abc"], 200.5, -200])("%j is refused", (written) => {
  expect(codeOf(() => parseStatusCodes(written))).toBe("NW1203");
});

test("a range the wrong way round is shown the right way round", () => {
  expect(() => parseStatusCodes("299-200")).toThrow("299-200 ends before it begins");
});

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return isNetwrightError(error) ? error.code : "not ours";
  }
}
