import { parsePrefix, prefixSize, type DomainPattern } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { uncovered, type Place } from "./uncovered.ts";

const prefix = parsePrefix;
const name = (text: string): DomainPattern => text as DomainPattern;
const left = (place: Place, ...cover: readonly Place[]): readonly Place[] => [...uncovered(place, cover)];

describe("of a prefix", () => {
  test("all is left where nothing of it is covered", () => {
    expect(left(prefix("2001:db8:f::/48"))).toEqual(["2001:db8:f::/48"]);
    expect(left(prefix("2001:db8:f::/48"), prefix("2001:db8:e::/48"), name("example.net"))).toEqual([
      "2001:db8:f::/48",
    ]);
  });

  test("nothing is left under a wider one, or under its two halves", () => {
    expect(left(prefix("2001:db8:f::/48"), prefix("2000::/3"))).toEqual([]);
    expect(left(prefix("2001:db8:f::/48"), prefix("2001:db8:f::/49"), prefix("2001:db8:f:8000::/49"))).toEqual([]);
  });

  test("around a narrower one, disjoint parts are left, as large as can be", () => {
    const parts = left(prefix("2001:db8::/32"), prefix("2001:db8:f::/48"));
    expect(parts).toHaveLength(16);
    const size = parts.reduce((sum, each) => sum + prefixSize(each as ReturnType<typeof prefix>), 0n);
    expect(size).toBe(prefixSize(prefix("2001:db8::/32")) - prefixSize(prefix("2001:db8:f::/48")));
    expect(left(prefix("2001:db8::/127"), prefix("2001:db8::1/128"))).toEqual(["2001:db8::/128"]);
  });
});

test.each<[DomainPattern, readonly Place[], boolean]>([
  [name("api.example.net"), [], true],
  [name("api.example.net"), [name("*.example.net")], false],
  [name("*.example.net"), [name("api.example.net")], true],
  [name("*.example.net"), [name("*.example.net")], false],
  [name("api.example.net"), [prefix("2000::/3")], false],
  [name("api.example.net"), [prefix("2001:db8::/32")], true],
])("of the name %s, with %j", (place, cover, isLeft) => {
  expect(left(place, ...cover)).toEqual(isLeft ? [place] : []);
});
