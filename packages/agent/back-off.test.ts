import { expect, test } from "vitest";
import { backOff } from "./back-off.ts";

const always = (octet: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(octet) });

test("rests double from a second to two minutes, each between half and all of it", () => {
  const rests = (octet: number) => [1, 2, 3, 7, 8, 100].map((failures) => backOff(failures, always(octet)));
  expect(rests(0)).toEqual([500, 1000, 2000, 32_000, 60_000, 60_000]);
  expect(rests(255)).toEqual([1000, 2000, 4000, 64_000, 119_999, 119_999]);
});
