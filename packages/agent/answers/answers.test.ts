/** What is taken of what resolvers tell, and for how long it is good. */
import { milliseconds, parseIpv6, seconds, type DomainPattern } from "@netwright/base";
import { expect, test } from "vitest";
import { parseAnswer } from "./answer.ts";
import { grace, KnownAnswers } from "./known-answers.ts";

const line = (fields: object): string =>
  JSON.stringify({ name: "api.example.net", ttl: 60, addresses: ["2001:db8::1"], ...fields });
const [api, all, other] = ["api.example.net", "*.example.net", "example.org"].map((text) => text as DomainPattern) as [
  DomainPattern,
  DomainPattern,
  DomainPattern,
];
const one = parseIpv6("2001:db8::1");
const two = parseIpv6("2001:db8::2");
const answer = (ttl: number, ...addresses: (typeof one)[]) => ({
  name: "api.example.net",
  ttl: seconds(ttl),
  addresses,
});
const at = seconds;

test("a line becomes an answer, each address once and in its canonical form", () => {
  expect(parseAnswer(line({ addresses: ["2001:0db8::1", "2001:db8::1", "2001:db8::2"] }))).toEqual(
    answer(60, one, two),
  );
});

test("only addresses of the internet are taken", () => {
  const bad = ["fd00::1", "::1", "fe80::1", "::ffff:192.0.2.1", "192.0.2.1", "ff02::1", "x", 7, null];
  expect(parseAnswer(line({ addresses: [...bad, "2001:db8::1"] }))?.addresses).toEqual([one]);
  expect(parseAnswer(line({ addresses: bad }))).toBeUndefined();
});

test.each([
  "",
  "{",
  "null",
  "[]",
  line({ name: "a b" }),
  line({ name: "UPPER.example.net" }),
  line({ name: "*.example.net" }),
  line({ name: "x".repeat(254) }),
  line({ name: 1 }),
  line({ ttl: -1 }),
  line({ ttl: 0.5 }),
  line({ ttl: "60" }),
  line({ addresses: "2001:db8::1" }),
  line({ addresses: [] }),
])("%j is none", (text) => {
  expect(parseAnswer(text)).toBeUndefined();
});

test("what is long is cut: a week, and 64 addresses", () => {
  const many = Array.from({ length: 100 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`);
  const taken = parseAnswer(line({ ttl: 2 ** 31, addresses: many }));
  expect([taken?.ttl, taken?.addresses.length]).toEqual([seconds(604_800), 64]);
});

test("an address is let in by every pattern that its name has, until its time to live and a grace are over", () => {
  const known = new KnownAnswers(10);
  const lifetime = milliseconds(seconds(60) + grace);
  expect(known.take(answer(60, one), [api, all, other], at(0))).toEqual([
    { pattern: api, address: one, lifetime },
    { pattern: all, address: one, lifetime },
  ]);
  expect(known.told(milliseconds(lifetime - 1))).toEqual([{ name: "api.example.net", address: one, left: 1 }]);
  expect(known.live(lifetime)).toEqual([]);
  expect(known.told(lifetime)).toEqual([{ name: "api.example.net", address: one, left: 0 }]);
});

test("ten minutes after its time an address is no longer told of", () => {
  const known = new KnownAnswers(10);
  known.take(answer(60, one), [api], at(0));
  const over = seconds(60) + grace + seconds(600);
  expect(known.told(milliseconds(over - 1))).toHaveLength(1);
  expect(known.told(milliseconds(over))).toEqual([]);
});

test("the same answer out of a cache costs nothing; a new one renews", () => {
  const known = new KnownAnswers(10);
  known.take(answer(60, one), [api], at(0));
  expect(known.take(answer(40, one), [api], at(20))).toEqual([]);
  expect(known.take(answer(60, one), [api], at(20))).toHaveLength(1);
  expect(known.live(at(20))).toEqual([{ pattern: api, address: one, lifetime: seconds(60) + grace }]);
  expect(known.take(answer(60, two), [api], at(20))).toMatchObject([{ address: two }]);
});

test("what the kernel did not take is tried again", () => {
  const known = new KnownAnswers(10);
  const first = known.take(answer(60, one), [api], at(0));
  known.unlearn(first);
  expect(known.take(answer(60, one), [api], at(0))).toEqual(first);
});

test("what the kernel holds is known after a restart, under the rule's name, and is renewed as any other", () => {
  const known = new KnownAnswers(10);
  known.adopt([{ pattern: all, address: one, lifetime: seconds(50) }], at(5));
  expect(known.told(at(5))).toEqual([{ name: all, address: one, left: seconds(50) }]);
  expect(known.take(answer(60, one), [all], at(5))).toHaveLength(1);
  expect(known.told(at(5))).toMatchObject([{ name: "api.example.net" }]);
  known.adopt([{ pattern: all, address: one, lifetime: seconds(1) }], at(5));
  expect(known.live(at(5))).toMatchObject([{ lifetime: seconds(60) + grace }]);
});

test("an address that names share is told by each of them, whichever was answered first or is good for longer", () => {
  const known = new KnownAnswers(10);
  const shared = { ...answer(10, one), name: "cdn.example.net" };
  expect(known.take(answer(60, one), [all], at(0))).toHaveLength(1);
  // The kernel knows the address for longer than this name asks for.
  expect([known.names, known.take(shared, [all], at(0)), known.names]).toEqual([0, [], 1]);
  const both = (left: number) =>
    ["api.example.net", "cdn.example.net"].map((name) => ({ name, address: one, left: left && seconds(left) }));
  expect(known.told(at(0))).toEqual(both(90));
  // A rule lets the address through, whatever it was asked for as.
  expect(known.told(at(50))).toEqual(both(40));
  expect(known.take({ ...shared, ttl: seconds(90) }, [all], at(50))).toHaveLength(1);
  expect(known.told(at(100))).toEqual(both(70));
  expect(known.told(milliseconds(seconds(140) + grace))).toEqual(both(0));
  // Each is forgotten in its own time.
  expect(known.told(milliseconds(seconds(660) + grace))).toEqual(both(0).slice(1));
});

test("an address has so many names and no more: those answered last", () => {
  const known = new KnownAnswers(10);
  for (let index = 0; index < 100; index++)
    known.take({ ...answer(60, one), name: `n${index}.example.net` }, [all], at(0));
  known.take({ ...answer(60, one), name: "n92.example.net" }, [all], at(0));
  known.take({ ...answer(60, one), name: "n0.example.net" }, [all], at(0));
  const names = known.told(at(0)).map(({ name }) => name.slice(0, name.indexOf(".")));
  expect(names).toEqual(["n0", "n92", "n94", "n95", "n96", "n97", "n98", "n99"]);
});

test("a pattern without rule is forgotten", () => {
  const known = new KnownAnswers(10);
  known.take(answer(60, one), [api, all], at(0));
  known.keepOnly([all]);
  expect(known.live(at(0)).map(({ pattern }) => pattern)).toEqual([all]);
});

test("a pattern has so many addresses and no more; those whose time is over make room", () => {
  const known = new KnownAnswers(2);
  const three = parseIpv6("2001:db8::3");
  known.take(answer(60, one, two), [all], at(0));
  expect(known.take(answer(60, three), [all], at(0))).toEqual([]);
  expect(known.take(answer(60, three), [all], at(100))).toMatchObject([{ address: three }]);
});
