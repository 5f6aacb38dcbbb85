import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCpu, parseOctets, printCpu, printOctets, type MilliCpu, type Octets } from "./amounts.ts";

test.each([
  ["500m", 500],
  ["2", 2000],
  [2, 2000],
  [0.1, 100],
  [1.001, 1001],
  ["1m", 1],
  ["1024", 1_024_000],
])("%j CPU is %d thousandths", (value, expected) => {
  expect(parseCpu(value)).toBe(expected);
});

test.each([0, -1, "0m", "", "1 cpu", 0.0001, "0.5m", 1025, NaN, Infinity, 1e21, "1e3", "0x1"])(
  "%j is no CPU",
  (value) => {
    expect(() => parseCpu(value)).toThrow(expect.objectContaining({ code: "NW1203" }));
  },
);

test.each([
  ["64Mi", 2 ** 26],
  ["1Gi", 2 ** 30],
  ["1G", 1e9],
  ["1024", 1024],
])("%s is %d octets", (text, expected) => {
  expect(parseOctets(text, 1)).toBe(expected);
});

test.each(["", "0", "1.5Gi", "64MB", "64 Mi", "-1", "9999999999999999Ti", "1025Ti"])("%j is no memory", (text) => {
  expect(() => parseOctets(text, 1)).toThrow(expect.objectContaining({ code: "NW1203" }));
});

test("what is printed can be read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_024_000 }), fc.integer({ min: 1, max: 2 ** 50 }), (cpu, octets) => {
      expect(parseCpu(printCpu(cpu as MilliCpu))).toBe(cpu);
      expect(parseOctets(printOctets(octets as Octets), 1)).toBe(octets);
    }),
  );
});
