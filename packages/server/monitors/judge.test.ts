import { parseIpv6, type Ipv6 } from "@netwright/base";
import type { Probe, ProbeOutcome } from "@netwright/contract";
import { expect, test } from "vitest";
import { sightOf, standingOf, type Sight, type Tried } from "./judge.ts";

const destination = parseIpv6("fd00::1");

function tried(
  outcome: ProbeOutcome | undefined,
  mustReach: boolean,
  {
    protocol = "tcp",
    isPublic = false,
    by = destination,
  }: { protocol?: Probe["protocol"]; isPublic?: boolean; by?: Ipv6 } = {},
): Tried {
  const probe: Probe = { protocol, destination, port: 80 };
  const attempt = { node: "host1", from: null, source: "a", target: "b", probe, isPublic, mustReach };
  const result = { microseconds: 1, detail: "so", by, sourcePort: 1 };
  return { attempt, result: outcome === undefined ? undefined : { ...result, outcome } };
}
const kindOf = (...all: readonly Tried[]): Sight["kind"] => sightOf(all).kind;

test.each([
  ["Connected", "Holds"],
  ["Refused", "Violated"],
  ["Silent", "Violated"],
  ["Unreachable", "Violated"],
  ["Failed", "Unseen"],
  [undefined, "Unseen"],
] as const)("what must be, and is %s: %s", (outcome, kind) => expect(kindOf(tried(outcome, true))).toBe(kind));

test.each([
  ["Connected", "Violated"],
  ["Refused", "Violated"],
  ["Silent", "Holds"],
  ["Unreachable", "Holds"],
  ["Failed", "Unseen"],
] as const)("what must not be, and is %s: %s", (outcome, kind) => expect(kindOf(tried(outcome, false))).toBe(kind));

test("a refusal of somebody on the way, or of a load balancer, delivered nothing", () => {
  expect(kindOf(tried("Refused", false, { by: parseIpv6("fd00::2") }))).toBe("Holds");
  expect(kindOf(tried("Refused", false, { isPublic: true }))).toBe("Holds");
});

test("silence says nothing of datagrams that must arrive", () => {
  expect(kindOf(tried("Silent", true, { protocol: "udp" }))).toBe("Unseen");
});

test("one violation is enough, and one that holds is enough to have seen it", () => {
  expect(kindOf(tried("Connected", true), tried("Silent", true))).toBe("Violated");
  expect(kindOf(tried(undefined, true), tried("Connected", true))).toBe("Holds");
  expect(sightOf([])).toEqual({ kind: "Unseen", message: "there is nobody to try it, or nobody to be tried" });
});

test("what is said of an object: the worst of its clauses, by name", () => {
  const [good, bad, none] = [sightOf([tried("Connected", true)]), sightOf([tried("Silent", true)]), sightOf([])];
  const standing = (...sights: readonly (Sight | undefined)[]) =>
    standingOf(new Map(sights.map((sight, index) => [`c${index}`, sight])));
  expect(standing(good, good)).toEqual({ status: "True", reason: "Holds", message: "2 clauses are watched" });
  expect(standing(undefined, none, bad)).toEqual({
    status: "False",
    reason: "Violated",
    message: "c2: a does not reach b at [fd00::1] tcp/80: so",
  });
  expect(standing(good, undefined)).toMatchObject({ status: "Unknown", reason: "NotLookedAtYet" });
  expect(standing(good, none)).toMatchObject({ status: "Unknown", reason: "NotSeen" });
});
