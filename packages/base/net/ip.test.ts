import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastOf, ipParts, isInPrefix, parseInterfaceAddress, parseIpAddress, parseIpPrefix } from "./ip.ts";
import { formatIpv4, ipv4Number, isIpv4 } from "./ipv4.ts";

test("every IPv4 number survives its text", () => {
  const number = fc.bigInt({ min: 0n, max: 0xffff_ffffn });
  fc.assert(fc.property(number, (value) => ipv4Number(formatIpv4(value)) === value));
});

test.each(["010.0.0.1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.4 ", "", "::g", "1.2.3.4/8"])(
  "%j is no address",
  (text) => {
    expect(isIpv4(text)).toBe(false);
    expect(() => parseIpAddress(text)).toThrow("is not an IP address");
  },
);

describe("an address of an interface", () => {
  test.each([
    ["10.0.1.1/24", "10.0.1.1/24"],
    ["192.0.2.0/31", "192.0.2.0/31"],
    ["192.0.2.255/32", "192.0.2.255/32"],
    ["2001:DB8:0::1/64", "2001:db8::1/64"],
    ["fe80::1/64", "fe80::1/64"],
  ])("%s is %s", (text, canonical) => {
    expect(parseInterfaceAddress(text)).toBe(canonical);
  });

  test.each([
    ["10.0.1.1", "is not an address with the length"],
    ["10.0.1.1/33", "is not an address with the length"],
    ["10.0.1.1/024", "is not an address with the length"],
    ["fd00::1/129", "is not an address with the length"],
    ["10.0.1.0/24", "its network's own address"],
    ["10.0.1.255/24", "its network's broadcast address"],
    ["224.0.0.1/24", "no unicast address"],
    ["127.0.0.1/8", "no unicast address"],
    ["ff02::1/64", "a multicast address"],
    ["::1/128", "the loopback address"],
  ])("%s is refused: %s", (text, message) => {
    expect(() => parseInterfaceAddress(text)).toThrow(message);
  });

  test("knows its broadcast address and its prefix", () => {
    expect(broadcastOf(parseInterfaceAddress("10.0.1.1/20"))).toBe("10.0.15.255");
    expect(broadcastOf(parseInterfaceAddress("10.0.1.1/31"))).toBeUndefined();
    expect(isInPrefix(parseInterfaceAddress("10.0.1.1/24"), parseIpAddress("10.0.1.200"))).toBe(true);
    expect(isInPrefix(parseInterfaceAddress("10.0.1.1/24"), parseIpAddress("10.0.2.1"))).toBe(false);
    expect(isInPrefix(parseInterfaceAddress("::a00:101/96"), parseIpAddress("10.0.1.1"))).toBe(false);
    expect(ipParts(parseInterfaceAddress("fd00::1/64"))).toMatchObject({ family: "IPv6", length: 64 });
  });
});

test("a prefix has nothing behind its length", () => {
  expect(parseIpPrefix("0.0.0.0/0")).toBe("0.0.0.0/0");
  expect(parseIpPrefix("FD00::/8")).toBe("fd00::/8");
  expect(() => parseIpPrefix("10.0.0.1/8")).toThrow("bits set behind its length");
  expect(() => parseIpPrefix("default")).toThrow("is not a prefix");
});
