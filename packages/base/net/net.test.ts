import { isIPv6 } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressAt, formatIpv6, ipv6Max, ipv6Value, parseIpv6 } from "../index.ts";
import { derivedMac } from "./mac.ts";
import { formatPrefix, parsePrefix, prefixContains, prefixesOverlap, prefixParts, prefixSize } from "./prefix.ts";

const address = fc.bigInt({ min: 0n, max: ipv6Max });

describe("IPv6 text", () => {
  test.each([
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0DB8::0001", "2001:db8::1"],
    ["fd77:0:0:1:2:3:0:1", "fd77::1:2:3:0:1"],
    ["1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["::", "::"],
    ["1::", "1::"],
    ["::1", "::1"],
  ])("%s is canonically %s (RFC 5952)", (text, canonical) => {
    expect(parseIpv6(text)).toBe(canonical);
  });

  test.each([
    "",
    ":",
    ":::",
    "1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "fe80::1%eth0",
    "::1/128",
    "g::",
    "::256.0.0.1",
    "::01.2.3.4",
    "1.2.3.4",
    "1:2:3:4:5:6:7:8::",
    " ::1",
  ])("%j is refused", (text) => {
    expect(ipv6Value(text)).toBeUndefined();
    expect(() => parseIpv6(text)).toThrow("is not an IPv6 address");
  });

  test("every number survives its text", () => {
    fc.assert(fc.property(address, (value) => ipv6Value(formatIpv6(value)) === value));
  });

  test("agrees with the platform on what is an address", () => {
    const near = fc.string({ unit: fc.constantFrom(..."0123456789abcdefABCDEF:::..g".split("")), maxLength: 42 });
    fc.assert(
      fc.property(fc.oneof(near, fc.ipV6()), (text) => (ipv6Value(text) !== undefined) === isIPv6(text)),
      {
        numRuns: 2000,
      },
    );
  });
});

describe("prefixes", () => {
  test("refuses bits behind the length and says what to write", () => {
    expect(() => parsePrefix("2001:db8::1/64")).toThrow("bits set behind its length");
    expect(parsePrefix("2001:DB8:0::/64")).toBe("2001:db8::/64");
  });
  test.each(["2001:db8::", "2001:db8::/", "2001:db8::/129", "2001:db8::/064", "/64", "::/-1", "::/1.5"])(
    "%j is refused",
    (text) => {
      expect(() => parsePrefix(text)).toThrow("is not an IPv6 prefix");
    },
  );
  test("an address at an offset is inside, the next prefix is not", () => {
    fc.assert(
      fc.property(
        address,
        fc.integer({ min: 1, max: 128 }),
        fc.bigInt({ min: 0n, max: ipv6Max }),
        (first, length, random) => {
          const prefix = formatPrefix({ first, length });
          const inside = addressAt(prefix, random % prefixSize(prefix));
          const beyond = prefixParts(prefix).first ^ prefixSize(prefix);
          return prefixContains(prefix, inside) && !prefixContains(prefix, formatIpv6(beyond));
        },
      ),
    );
  });
  test("overlap is containment of one in the other", () => {
    fc.assert(
      fc.property(
        address,
        address,
        fc.integer({ min: 0, max: 128 }),
        fc.integer({ min: 0, max: 128 }),
        (a, b, x, y) => {
          const [one, two] = [formatPrefix({ first: a, length: x }), formatPrefix({ first: b, length: y })];
          const [short, long] = x <= y ? [one, two] : [two, one];
          return prefixesOverlap(one, two) === prefixContains(short, formatIpv6(prefixParts(long).first));
        },
      ),
    );
  });
});

test("derived MACs are locally administered unicast", () => {
  expect(derivedMac(0x20, 0xdeadbeef)).toBe("02:20:de:ad:be:ef");
});
