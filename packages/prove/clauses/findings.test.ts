/** Clauses that are wrong in themselves, each with its place. */
import type { Clause } from "@netwright/api";
import type { Diagnostic, IpPrefix } from "@netwright/base";
import { shopStates } from "@netwright/model/testing.ts";
import { expect, test } from "vitest";
import { contractFindings } from "../prove.ts";
import { canReach, cannotReach, contractOf, onlyFrom, onlyThrough, shopService, tier } from "../testing.ts";

const find = (...clauses: readonly Clause[]): readonly Diagnostic[] =>
  contractFindings({
    states: Object.values(shopStates()),
    services: [shopService()],
    contracts: [contractOf(...clauses.map((each, index) => ({ ...each, path: ["spec", "ensures", index] })))],
  });

const [proxy, web] = [tier("shop", "proxy"), tier("shop", "web")];
const cidr = (text: string) => ({ cidr: text as IpPrefix });

test.each([
  [
    "an unknown service",
    canReach("a", { from: ["internet"], to: [tier("shpo")] }),
    "NW1301",
    "there is no service shpo",
  ],
  [
    "an unknown tier",
    canReach("a", { from: [proxy], to: [tier("shop", "wep")] }),
    "NW1301",
    "there is no tier shop/wep",
  ],
  [
    "labels that nobody has",
    cannotReach("a", { from: ["internet"], to: [{ labels: { card: "yes" } }] }),
    "NW1311",
    "card=yes selects nothing",
  ],
  [
    "a load balancer as an end",
    canReach("a", { from: ["internet"], to: [tier("shop", "lb")] }),
    "NW1311",
    "no address of its own",
  ],
  [
    "IPv4, which has no path",
    cannotReach("a", { from: [cidr("10.0.0.0/8")], to: [web] }),
    "NW1311",
    "no path for IPv4",
  ],
  ["a prefix of a network", cannotReach("a", { from: [cidr("fd77::/80")], to: [web] }), "NW1311", "is not outside"],
  ["ICMP to a workload", canReach("a", { from: [proxy], to: [web], protocols: ["icmp"] }), "NW1311", "never hold"],
  ["all ports of the internet", canReach("a", { from: [proxy], to: ["internet"] }), "NW1311", "at all ports"],
  ["a tier and itself", canReach("a", { from: [web], to: [web] }), "NW1311", "says nothing"],
  ["outside to outside", cannotReach("a", { from: ["internet"], to: ["internet"] }), "NW1311", "both ends are outside"],
])("%s", (_, clause, code, message) => {
  const [found, ...more] = find(clause);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ code, subject: "contract/test", field: "spec.ensures[0]" });
  expect(found?.message).toContain(message);
});

test("what is near is asked for", () => {
  expect(find(canReach("a", { from: ["internet"], to: [tier("shpo")] }))[0]?.hint).toBe("did you mean shop?");
});

test("what is in order is not found", () => {
  expect(
    find(
      canReach("a", { from: ["internet"], to: [tier("shop")] }),
      canReach("b", { from: ["internet"], to: [web], through: [tier("shop", "lb"), proxy] }),
      cannotReach("c", { from: ["internet"], to: [web] }),
      onlyFrom("d", { from: [proxy], to: [web] }),
      onlyThrough("e", { from: ["internet"], to: [web], through: [proxy] }),
    ),
  ).toEqual([]);
});

test.each([
  ["cannotReach", cannotReach("b", { from: ["anything"], to: [web] })],
  ["onlyFrom", onlyFrom("b", { from: ["internet"], to: [web] })],
  ["onlyThrough", onlyThrough("b", { from: [proxy], to: [web], through: [tier("shop", "web")] })],
])("%s contradicts what another clause asks for, and both places are told", (_, other) => {
  const found = find(canReach("a", { from: [proxy], to: [web] }), other);
  expect(found.map(({ code, field }) => [code, field])).toEqual([
    ["NW1312", "spec.ensures[0]"],
    ["NW1312", "spec.ensures[1]"],
  ]);
  expect(found[0]?.message).toBe(
    "it asks for connections from shop/proxy to shop/web at TCP port 8080, and contract/test spec.ensures[1] says otherwise",
  );
});

test("other ports, and other protocols, contradict nothing", () => {
  const ports = [{ first: 22, last: 22 }];
  expect(
    find(canReach("a", { from: [proxy], to: [web] }), cannotReach("b", { from: [proxy], to: [web], ports })),
  ).toEqual([]);
});
