import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import { firewallFindings } from "./firewall.ts";
import type { PacketFacts } from "./matching.ts";
import { parseRuleset, type Statement } from "./ruleset.ts";

const text = readFileSync(join(import.meta.dirname, "testdata/ruleset.json"), "utf8");

interface Parts {
  readonly policy?: string;
  readonly hook?: string;
  readonly table?: string;
  readonly rules?: readonly (readonly Statement[])[];
  /** Of a chain `sub` that rules may jump to. */
  readonly sub?: readonly (readonly Statement[])[];
}

/** One base chain, as nft prints it. */
function rulesetOf({ policy = "drop", hook = "input", table = "filter", rules = [], sub = [] }: Parts) {
  const place = { family: "inet", table };
  const rule = (chain: string) => (expr: readonly Statement[]) => ({ rule: { ...place, chain, expr } });
  return parseRuleset(
    JSON.stringify({
      nftables: [
        { chain: { ...place, name: "sub" } },
        { chain: { ...place, name: "base", hook, policy } },
        ...sub.map(rule("sub")),
        ...rules.map(rule("base")),
      ],
    }),
  );
}

const match = (name: string, right: unknown, op = "=="): Statement => {
  const [protocol = "", field = ""] = name.split(".");
  const left =
    protocol === "meta" || protocol === "ct" ? { [protocol]: { key: field } } : { payload: { protocol, field } };
  return { match: { op, left, right } };
};
const accept: Statement = { accept: null };
const drop: Statement = { drop: null };
const packet: PacketFacts = { "meta.l4proto": "udp", "udp.dport": 4789, "ct.state": "new", "meta.iifname": "eth1" };

const judged = (parts: Parts): string => {
  const ruleset = rulesetOf(parts);
  const chain = [...ruleset.values()].find(({ hook }) => hook !== null);
  if (chain === undefined) throw new Error("no base chain");
  const { verdict, isMaybe } = evaluate(ruleset, chain, packet);
  return isMaybe ? `${verdict}?` : verdict;
};

describe("what becomes of a packet", () => {
  test.each<[string, readonly Statement[], string]>([
    ["a port", [match("udp.dport", 4789), accept], "accept"],
    ["a range in a set", [match("udp.dport", { set: [22, { range: [4000, 5000] }] }), accept], "accept"],
    ["another port", [match("udp.dport", 53), accept], "drop"],
    ["all but a port", [match("udp.dport", 53, "!="), accept], "accept"],
    ["ports above", [match("udp.dport", 1024, ">="), accept], "accept"],
    ["any transport's port", [match("th.dport", 4789), accept], "accept"],
    ["a port of the other transport", [match("tcp.dport", 4789), accept], "drop"],
    ["IPv4 only", [match("ip.saddr", "192.0.2.1"), accept], "drop"],
    ["established connections only", [match("ct.state", ["established", "related"], "in"), accept], "drop"],
    ["a device", [match("meta.iifname", "eth1"), accept], "accept"],
    ["devices by the beginning of their name", [match("meta.iifname", "eth*"), accept], "accept"],
    ["an address that is not known", [match("ip6.saddr", { prefix: { addr: "fd00::", len: 8 } }), accept], "drop?"],
    ["a set by name", [match("ip6.saddr", "@trusted"), accept], "drop?"],
    ["a limit", [{ limit: { rate: 1 } }, accept], "drop?"],
    ["a match of iptables", [{ xt: { type: "match", name: "tcp" } }, accept], "drop?"],
    ["a counter", [{ counter: null }, { log: null }, accept], "accept"],
    [
      "a verdict map",
      [{ vmap: { key: { payload: { protocol: "udp", field: "dport" } }, data: { set: [[4789, accept]] } } }],
      "accept",
    ],
    [
      "a verdict map by addresses",
      [{ vmap: { key: { payload: { protocol: "ip6", field: "saddr" } }, data: { set: [["fd00::1", accept]] } } }],
      "drop?",
    ],
  ])("%s", (_, rule, expected) => {
    expect(judged({ rules: [rule] })).toBe(expected);
  });

  test("what one jumps to may decide, or return", () => {
    const jump: Statement = { jump: { target: "sub" } };
    const goto: Statement = { goto: { target: "sub" } };
    expect(judged({ rules: [[jump]], sub: [[accept]] })).toBe("accept");
    expect(judged({ rules: [[jump], [accept]], sub: [[{ return: null }], [drop]] })).toBe("accept");
    expect(judged({ rules: [[goto], [accept]], sub: [[{ return: null }]] })).toBe("drop");
    expect(judged({ rules: [[jump], [accept]], sub: [[match("ip6.saddr", "@bad"), drop]] })).toBe("accept?");
  });

  test("a target of iptables that drops", () => {
    expect(judged({ policy: "accept", rules: [[{ xt: { type: "target", name: "REJECT" } }]] })).toBe("drop");
  });
});

describe("what is said", () => {
  const codes = (parts: Parts, uplinks: readonly string[] = []) =>
    firewallFindings(rulesetOf(parts), uplinks).map(({ verdict, message }) => `${verdict} ${message}`);

  test("a policy of drop with no rule", () => {
    expect(codes({})).toEqual([
      "Problem drops BGP",
      "Problem drops BFD",
      "Problem drops VXLAN",
      "Problem drops neighbour discovery",
    ]);
    expect(codes({ hook: "forward" })).toEqual([
      "Problem drops packets to services",
      "Problem drops packets of services",
    ]);
    expect(codes({ hook: "output" })).toEqual(["Good no rule of others drops what Netwright needs"]);
  });

  test("our own table says nothing about others", () => {
    expect(codes({ table: "netwright" })).toEqual(["Good no rule of others drops what Netwright needs"]);
  });

  test("the worst of the uplinks counts", () => {
    const rules = [[match("meta.iifname", "eth1"), accept]];
    expect(codes({ rules }, ["eth1"])).toEqual(["Good no rule of others drops what Netwright needs"]);
    expect(codes({ rules }, ["eth1", "eth2"])).toContain("Problem drops VXLAN");
  });

  test("a ruleset of the kernel: by rule, and by reverse path", () => {
    const found = firewallFindings(parseRuleset(text), ["eth1"]);
    expect(found.map(({ verdict, subject, message }) => [verdict, subject, message])).toEqual([
      ["Problem", "table inet filter, chain input", "drops BFD"],
      [
        "Note",
        "table inet filter, chain input",
        "drops VXLAN, unless one of its rules for some addresses lets them in",
      ],
      ["Note", "table inet filter, chain input", "drops packets by their way back (reverse path filter)"],
    ]);
    expect(found[0]?.hint).toContain("nft insert rule inet filter input udp dport 3784 accept");
  });
});
