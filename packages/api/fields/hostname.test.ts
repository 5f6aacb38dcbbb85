import fc from "fast-check";
import { expect, test } from "vitest";
import { parseHostname } from "./hostname.ts";

test.each([
  ["shop.example.net", "shop.example.net"],
  ["SHOP.Example.NET", "shop.example.net"],
  ["3com.example", "3com.example"],
  ["a-b.xn--bcher-kva.example", "a-b.xn--bcher-kva.example"],
  [`${"a".repeat(63)}.net`, `${"a".repeat(63)}.net`],
])("%s", (text, expected) => {
  expect(parseHostname(text)).toBe(expected);
});

test.each([
  "",
  ".",
  "net",
  "*.example.net",
  "a.*.net",
  "shop.example.net.",
  ".example.net",
  "a..net",
  "-a.net",
  "a-.net",
  "a_b.net",
  "a b.net",
  "a.net\n",
  "1.2.3.4",
  "2001:db8::1",
  "bücher.example",
  "\u212a.example", // the Kelvin sign, which toLowerCase() makes an ASCII k
  `${"a".repeat(64)}.net`,
  `${"a.".repeat(126)}toolong`,
])("%j is refused with what to write instead", (text) => {
  expect(() => parseHostname(text)).toThrow(
    expect.objectContaining({ code: "NW1203", diagnostics: [expect.objectContaining({ hint: expect.any(String) })] }),
  );
});

test("accepted names are lower case, at most 253 characters, of labels at most 63 long; and stay as they are", () => {
  fc.assert(
    fc.property(fc.oneof(fc.domain(), fc.string(), fc.stringMatching(/^[a-zA-Z0-9.-]{1,300}$/)), (text) => {
      let name: string;
      try {
        name = parseHostname(text);
      } catch {
        return;
      }
      expect(name.length).toBeLessThanOrEqual(253);
      expect(name).toMatch(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
      expect(parseHostname(name)).toBe(name);
    }),
  );
});
