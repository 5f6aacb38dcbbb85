import { expect, test } from "vitest";
import { coversHostname, parseHostnamePattern } from "./hostname-pattern.ts";
import { parseHostname } from "./hostname.ts";

test.each([
  ["shop.example.net", "shop.example.net"],
  ["*.Shop.Example.net", "*.shop.example.net"],
])("%s", (text, expected) => {
  expect(parseHostnamePattern(text)).toBe(expected);
});

test.each(["*", "*.", "*.net", "**.example.net", "*.*.example.net", "a.*.example.net", "*example.net", ".example.net"])(
  "%j is refused",
  (text) => {
    expect(() => parseHostnamePattern(text)).toThrow(expect.objectContaining({ code: "NW1203" }));
  },
);

test.each([
  ["shop.example.net", "shop.example.net", true],
  ["shop.example.net", "a.shop.example.net", false],
  ["*.example.net", "shop.example.net", true],
  ["*.example.net", "a.b.example.net", true],
  ["*.example.net", "example.net", false],
  ["*.example.net", "badexample.net", false],
  ["*.example.net", "shop.example.net.evil.org", false],
])("%s and %s: %s", (pattern, hostname, covered) => {
  expect(coversHostname(parseHostnamePattern(pattern), parseHostname(hostname))).toBe(covered);
});
