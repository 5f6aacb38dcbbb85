/** What drivers render, and what the kernel prints of it, against the state; then each with one thing changed. */
import { readFileSync } from "node:fs";
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { wantFirewall } from "@netwright/drivers/firewall-nftables/want.ts";
import { wantBalancers } from "@netwright/drivers/load-balancer-nftables/want.ts";
import { renderTable } from "@netwright/drivers/nftables/render.ts";
import { goldenState } from "@netwright/drivers/testing/scene.ts";
import { describe, expect, it, test } from "vitest";
import { compareTables, type NamespaceTables } from "./compare-tables.ts";

const state: HostState = { ...goldenState, loadBalancer: "nftables" };
const tenant = "nwn-default.web";
const read = (name: string): string => readFileSync(new URL(`../testdata/${name}`, import.meta.url), "utf8");
const rendered: readonly NamespaceTables[] = [...wantFirewall(state), ...wantBalancers(state)].map(
  ({ netns, table }) => ({
    netns,
    text: renderTable(table),
  }),
);
const joined = (texts: readonly NamespaceTables[]): readonly NamespaceTables[] =>
  [...Map.groupBy(texts, ({ netns }) => netns)].map(([netns, all]) => ({
    netns,
    text: all.map(({ text }) => text).join(""),
  }));
const printed: readonly NamespaceTables[] = [
  { netns: null, text: read("kernel-host.nft") },
  { netns: tenant, text: read("kernel-tenant.nft") },
];

/** Recorded from a kernel that had loaded the drivers' own goldens. */
const sources = { rendered: joined(rendered), printed };

describe.each(Object.entries(sources))("what is %s", (_, tables) => {
  it("is what the state means, in every namespace", () => {
    expect(compareTables(tables, state).map(({ clause, verdict }) => [clause, verdict])).toEqual([
      ["implied tables host1", "Proved"],
      [`implied tables host1 ${tenant}`, "Proved"],
    ]);
  });

  it("is not what another state means", () => {
    const [network] = state.networks;
    const other = { ...state, networks: [{ ...network, policy: network?.policy.slice(1) }] } as HostState;
    expect(compareTables(tables, other).map(({ verdict }) => verdict)).toEqual(["Proved", "Refuted"]);
  });
});

test("a router's tables are what its state means", () => {
  const router: HostState = {
    ...goldenState,
    role: "Router",
    networks: [],
    underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: ["provider", "transit"] },
  };
  const text = read("kernel-router.nft");
  expect(compareTables([{ netns: null, text }], router)[0]?.verdict).toBe("Proved");
  expect(compareTables([{ netns: null, text: text.replace(/"transit",\s+/, "") }], router)[0]).toMatchObject({
    verdict: "Refuted",
    counterexample: { message: expect.stringContaining("in by transit") },
  });
});

const host = printed[0] as NamespaceTables;
const inside = printed[1] as NamespaceTables;

/** Of what, and what of it is said. */
const changes: readonly (readonly [
  what: string,
  of: NamespaceTables,
  from: string | RegExp,
  to: string,
  said: RegExp,
])[] = [
  ["a peer is gone", host, "fd00:0:0:1::2 }", "}", /VXLAN of another host/],
  [
    "a listener more",
    host,
    'elements = { "nwu7" . 2001:db8:100::5 . tcp . 8080',
    'elements = { "nwu7" . 2001:db8:100::5 . tcp . 8081, "nwu7" . 2001:db8:100::5 . tcp . 8080',
    /to_tenant rule 3 \(listener\).*8081/,
  ],
  [
    "tenants may speak to the host",
    host,
    'iifname "nwu*" counter drop',
    'iifname "nwu8" counter drop',
    /nothing else of a tenant's/,
  ],
  ["IPv4 passes", host, /.*tenant-ipv4.*\n/, "", /no IPv4/],
  ["another policy", inside, "priority -300; policy drop;", "priority -300; policy accept;", /no rule matches/],
  ["the chain is asked at another time", inside, "priority -300", "priority -299", /at -300 say accept/],
  [
    "an owner is another",
    inside,
    '"w2.1" . fd77::7:1:2:0:1',
    '"w2.1" . fd77::7:1:2:0:2',
    /w2\.1 \. fd77::7:1:2:0:[12]/,
  ],
  [
    "a flow more",
    inside,
    "0x3 . 0x4 . udp . 53",
    "0x3 . 0x4 . udp . 53 : accept, 0x3 . 0x4 . udp . 54",
    /forwarding rule 7 \(flow\)/,
  ],
  [
    "a flow by another way",
    inside,
    'iifname != "uplink" ip6 saddr fd77:0:0:7::/64 ip6 daddr',
    "ip6 saddr fd77:0:0:7::/64 ip6 daddr",
    /flow/,
  ],
  [
    "two rules the other way round",
    inside,
    /(.*"invalid.*\n)(.*"protocol.*\n)([^]*?)(.*"delivery.*\n)/,
    "$4$1$2$3",
    /delivery/,
  ],
  ["a delivery to another port", inside, "fd77::7:1:2:0:1 . 8443", "fd77::7:1:2:0:1 . 8444", /8444/],
  ["a source in another's name", inside, "2001:db8:100::e1 }", "2001:db8:100::e2 }", /e2/],
  ["a mark of its own", inside, "0xc63266d6", "0xc63266d7", /egress of class 3/],
  ["a shorter prefix", inside, "fd77:0:0:7:1::/80", "fd77:0:0:7:0::/79", /from another host|no rule/],
  ["one slot", inside, "1 : 02:00:02:00:00:02", "1 : 02:00:02:00:00:01", /1021 elements/],
  [
    "a member that cannot be reached",
    inside,
    "ether daddr @reachable counter goto",
    "counter goto",
    /nobody|refuse|deliver/,
  ],
  ["a dormant table", inside, "table inet netwright {", "table inet netwright {\n\tflags dormant", /no rule/],
];

test.each(changes)("one change in what the kernel prints: %s", (_, of, from, to, said) => {
  const text = of.text.replace(from, to);
  expect(text).not.toBe(of.text);
  const proof = compareTables([{ ...of, text }], state, { subject: "Kernel" }).find(
    ({ clause }) => clause === `implied kernel host1${of.netns === null ? "" : ` ${of.netns}`}`,
  );
  expect(proof?.verdict).toBe("Refuted");
  const { message, path } = proof?.counterexample ?? { message: "", path: [] };
  expect([message, ...path.map(({ detail }) => detail)].join("\n")).toMatch(said);
});

test("what is missing is told with the manifest line that asks for it", () => {
  const text = inside.text.replace(/0x3 \. 0x4 \. udp \. 53 comment "[^"]*" : accept,\s+/, "");
  expect(text).not.toBe(inside.text);
  expect(compareTables([{ ...inside, text }], state)[1]?.counterexample).toMatchObject({
    packet: { protocol: "udp", destinationPort: 53 },
    rules: [{ object: "service/shop", field: "spec.tiers[0]" }],
  });
});

test("what is not understood is not taken for a proof, nor for a fault", () => {
  const text = inside.text.replace(
    'counter drop comment "undelivered',
    'limit rate 5/second accept comment "undelivered',
  );
  const [, proof] = compareTables([{ ...inside, text }], state);
  expect(proof).toMatchObject({ verdict: "NotProved", counterexample: null });
  expect(proof?.statement).toContain("limit rate 5/second");
  const harmless = inside.text.replace(
    'counter drop comment "undelivered',
    'limit rate 5/second drop comment "undelivered',
  );
  expect(compareTables([{ ...inside, text: harmless }], state)[1]?.verdict).toBe("Proved");
});

describe("a long list", () => {
  const peers = Array.from({ length: 100 }, (_, index) => `fd00:0:0:2::${(index + 1).toString(16)}` as Ipv6);
  const many: HostState = { ...state, underlay: { ...state.underlay, tunnelPeers: peers } };
  const own = wantFirewall(many).find(({ netns }) => netns === null);
  const text = own === undefined ? "" : renderTable(own.table);
  const list = peers.join(",\n\t\t\t");
  const verdictOf = (changed: string, of: HostState = many): string | undefined =>
    compareTables([{ netns: null, text: changed }], of)[0]?.verdict;
  const withList = (changed: readonly string[], between = ",\n\t\t\t"): string =>
    text.replace(list, changed.join(between));

  // In this order: what is kept of one must not speak for the next.
  test.each([
    ["as it is rendered", peers, undefined, "Proved"],
    ["in another order", peers.toReversed(), undefined, "Proved"],
    ["in another order, and one is another", ["fd00::7", ...peers.slice(1).toReversed()], undefined, "Refuted"],
    ["one is another", ["fd00::7", ...peers.slice(1)], undefined, "Refuted"],
    ["one is left out", peers.slice(1), undefined, "Refuted"],
    ["one is in it twice", [...peers, ...peers.slice(1)], undefined, "Proved"],
    ["on one line", peers, ", ", "Proved"],
    ["with remarks", peers.map((peer) => `${peer} comment "a, }"`), undefined, "Proved"],
  ] as const)("%s", (_, changed, between, verdict) => {
    expect(text).toContain(list);
    expect(verdictOf(withList(changed, between))).toBe(verdict);
  });

  test("that has all addresses in it is no other than that of all", () => {
    const all: HostState = { ...many, underlay: { ...many.underlay, tunnelPeers: ["::/0" as Ipv6, ...peers] } };
    const whole = renderTable(wantFirewall(all).find(({ netns }) => netns === null)?.table as never);
    expect(verdictOf(whole, all)).toBe("Proved");
    expect(verdictOf(whole.replace(/::\/0,[^}]*}/, "::/0 }"), all)).toBe("Proved");
    expect(verdictOf(whole.replace(/::\/0,\s+/, ""), all)).toBe("Refuted");
  });
});

test("a budget that is too small is told", () => {
  expect(compareTables(printed, state, { budget: 50 }).map(({ verdict }) => verdict)).toContain("NotProved");
});
