import { expect, test } from "vitest";
import { isPrefix, matchesDomain, type DomainPattern } from "./domain-pattern.ts";
import { parsePrefix } from "./prefix.ts";

const exact = "api.example.net" as DomainPattern;
const below = "*.example.net" as DomainPattern;

test("a name is itself alone", () => {
  expect(["api.example.net", "xapi.example.net", "a.api.example.net", "example.net"].map(matches(exact))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("a wildcard is every name below, at any depth, and not the name itself", () => {
  const names = [
    "api.example.net",
    "a.b.example.net",
    "example.net",
    ".example.net",
    "myexample.net",
    "example.net.org",
  ];
  expect(names.map(matches(below))).toEqual([true, true, false, false, false, false]);
});

test("prefixes are told from names", () => {
  expect([exact, below, parsePrefix("2001:db8::/32")].map(isPrefix)).toEqual([false, false, true]);
});

function matches(pattern: DomainPattern): (name: string) => boolean {
  return (name) => matchesDomain(pattern, name);
}
