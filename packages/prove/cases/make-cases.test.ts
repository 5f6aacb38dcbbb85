import type { ContractOf } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { parseIpv6, type Ipv6 } from "@netwright/base";
import { shopStates, vip, withNetwork, type States } from "@netwright/model/testing.ts";
import { describe, expect, test } from "vitest";
import { cannotReach, canReach, contractOf, onlyFrom, shopService, tier } from "../testing.ts";
import { printCase, type TestCase } from "./case.ts";
import { makeCases } from "./make-cases.ts";
import type { Outside } from "./outside-region.ts";

const unknown: Outside = { client: undefined, answering: [], answered: () => new Map() };

const made = (contracts: readonly ContractOf[], states: States = shopStates(), most = 1000, outside = unknown) =>
  makeCases({ states: Object.values(states), services: [shopService()], contracts, most, outside });

const [proxy, web] = [tier("shop", "proxy"), tier("shop", "web")];
const shown = ({ side, predicted, ...rest }: TestCase): string =>
  `${side} ${predicted.verdict} ${printCase({ side, predicted, ...rest })}`;
const of = (cases: readonly TestCase[], clause: string): readonly string[] =>
  cases.filter(({ clauses }) => clauses.includes(clause)).map(shown);

describe("cases", () => {
  test("of what is implied: whoever may, at its ports and just beside; and one who may not", () => {
    expect(of(made([]).cases, "implied chain service/shop")).toMatchSnapshot();
  });

  test("of a clause: both ends of an interval, and one before and one after", () => {
    const ports = [{ first: 8000, last: 8099 }];
    const { cases } = made([
      contractOf(cannotReach("closed", { from: [proxy], to: [web], protocols: ["tcp"], ports })),
    ]);
    expect(of(cases, "contract/test closed")).toEqual([
      "Inside Dropped shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]:8000/tcp",
      "Inside Dropped shop-proxy-2 -> shop-web-2 [fd77::2:2:0:2]:8099/tcp",
      "Outside Dropped shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]:7999/tcp",
      "Outside Dropped shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]:8100/tcp",
      "Outside Dropped shop-web-1 -> shop-web-2 [fd77::2:2:0:2]:8000/tcp",
    ]);
  });

  test("from the internet at the public address, and at what it never reaches", () => {
    const open = canReach("open", { from: ["internet"], to: [tier("shop")], ports: [{ first: 443, last: 443 }] });
    const { cases } = made([contractOf(open, onlyFrom("inner", { from: [proxy], to: [web] }))]);
    expect(of(cases, "contract/test open")).toContain("Inside Delivered internet -> shop [2001:db8:100::5]:443/tcp");
    expect(of(cases, "contract/test open")).toContain("Outside Dropped internet -> shop [2001:db8:100::5]:444/tcp");
    expect(of(cases, "contract/test inner")).toContain(
      "Inside Delivered shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]:8080/tcp",
    );
    expect(of(cases, "contract/test inner")).toContain(
      "Inside Dropped shop-proxy-1 -> shop-web-1 [fd77::1:2:0:1]/icmp",
    );
  });

  test("a prediction has its path and what a probe would see, also where instances are not alike", () => {
    const broken = withNetwork(shopStates(), "host2", { policy: [] });
    const { cases } = made([], broken);
    const inside = cases.filter(({ probe, to }) => probe.port === 8080 && to === "shop-web-2");
    expect(inside.map(({ predicted }) => predicted.verdict)).toContain("Dropped");
    const open = made([]).cases.find(({ predicted }) => predicted.verdict === "Delivered") as TestCase;
    expect(open.predicted.outcomes).toEqual(["Connected", "Refused"]);
    expect(open.predicted.path.length).toBeGreaterThan(1);
  });

  test("a listener without a member refuses, which is no delivery", () => {
    const states = ["host1", "host2"].reduce(
      (all: States, host) =>
        withNetwork(all, host as keyof States & ("host1" | "host2"), {
          loadBalancers:
            (all as unknown as Record<string, HostState>)[host]?.networks[0]?.loadBalancers.map((each) => ({
              ...each,
              members: [],
            })) ?? [],
        }),
      shopStates(),
    );
    const ports = [{ first: 443, last: 443 }];
    const { cases } = made([contractOf(canReach("open", { from: ["internet"], to: [tier("shop")], ports }))], states);
    const open = cases.find(({ from, probe }) => from === "internet" && probe.port === 443);
    expect(open?.predicted).toMatchObject({ verdict: "Dropped", outcomes: ["Silent", "Unreachable", "Refused"] });
  });

  test("are the same each time, and no more than asked for: each region has its share", () => {
    const contracts = [
      contractOf(cannotReach("a", { from: ["internet"], to: [web] }), onlyFrom("b", { from: [proxy], to: [web] })),
    ];
    expect(made(contracts)).toEqual(made(contracts));
    const { cases, left } = made(contracts, shopStates(), 4);
    expect(cases).toHaveLength(4);
    expect(left).toHaveLength(made(contracts).cases.length - 4);
    const names = new Set(cases.flatMap(({ clauses }) => clauses));
    expect([...names]).toEqual(
      expect.arrayContaining(["contract/test a", "contract/test b", "implied chain service/shop"]),
    );
  });
});

describe("from the internet", () => {
  const client = parseIpv6("2001:db8:f:1::2");
  const known: Outside = { ...unknown, client };
  const ports = [{ first: 443, last: 443 }];
  const open = contractOf(canReach("open", { from: ["internet"], to: [tier("shop")], ports }));
  const toVip = ({ probe }: TestCase): boolean => probe.destination === vip && probe.port === 443;

  test("each member is tried, by a port that its table gives to it; where it arrives is known", () => {
    const cases = made([open], shopStates(), 1000, known).cases.filter(toVip);
    expect(cases.map(shown)).toEqual([
      expect.stringMatching(/^Inside Delivered internet:61\d{3} -> shop-proxy-1 \[2001:db8:100::5\]:443\/tcp$/),
      expect.stringMatching(/^Inside Delivered internet:61\d{3} -> shop-proxy-2 /),
    ]);
    for (const { to, target, predicted } of cases) {
      expect(target).toEqual({ project: "default", instance: to, port: 443, source: client });
      expect(predicted.path.at(-1)).toMatchObject({ place: to, step: "deliver" });
    }
    // What gets through shows that there is a way, and a way back.
    expect(cases[0]?.clauses).toEqual([
      "implied no black hole service/shop",
      "implied replies network/web",
      "contract/test open",
      "implied chain service/shop",
    ]);
  });

  test("a member that nothing is delivered to is told apart from the other", () => {
    const lame = withNetwork(shopStates(), "host2", { deliveries: [] });
    const verdicts = made([open], lame, 1000, known)
      .cases.filter(toVip)
      .map(({ to, predicted }) => [to, predicted.verdict, predicted.outcomes]);
    expect(verdicts).toEqual([
      ["shop-proxy-1", "Delivered", ["Connected", "Refused"]],
      ["shop-proxy-2", "Dropped", ["Silent", "Unreachable"]],
    ]);
  });

  test("where hosts do not agree on members, nobody can tell who gets it", () => {
    const [one] = shopStates().host1.networks[0]?.loadBalancers ?? [];
    const states = withNetwork(shopStates(), "host2", {
      loadBalancers: one === undefined ? [] : [{ ...one, members: one.members.slice(1) }],
    });
    const { cases, omitted } = made([open], states, 1000, known);
    expect(cases.filter(toVip).map(({ to }) => to)).toEqual(["shop-proxy-2"]);
    expect(omitted.get("contract/test open")).toEqual(["hosts do not agree on who gets to shop-proxy-1"]);
  });
});

describe("out of the site", () => {
  const [near, far] = [parseIpv6("2001:db8:f:1::2"), parseIpv6("2001:db8:f:2::2")];
  const toNear = {
    from: 2,
    source: vip,
    protocol: "tcp",
    port: 8000,
    origin: { object: "service/shop", field: "spec.egress[0]" },
  } as const;
  const withEgress = (to: string): States =>
    (["host1", "host2"] as const).reduce(
      (states, host) => withNetwork(states, host, { egress: [{ ...toNear, to: to as never }] }),
      shopStates(),
    );
  const outside = (...answering: readonly Ipv6[]): Outside => ({ ...unknown, answering });
  const leaving = (cases: readonly TestCase[]): readonly string[] =>
    cases.filter(({ to }) => to === "internet").map(shown);

  test("to whoever answers inside a prefix, and outside of it; from who may and who may not", () => {
    const { cases } = made([], withEgress("2001:db8:f:1::/64"), 1000, outside(near, far));
    expect(leaving(cases)).toMatchInlineSnapshot(`
      [
        "Inside Delivered shop-web-1 -> internet [2001:db8:f:1::2]:8000/tcp",
        "Inside Delivered shop-web-2 -> internet [2001:db8:f:1::2]:8000/tcp",
        "Outside Dropped shop-web-1 -> internet [2001:db8:f:1::2]:7999/tcp",
        "Outside Dropped shop-web-1 -> internet [2001:db8:f:1::2]:8001/tcp",
        "Outside Dropped shop-web-1 -> internet [2001:db8:f:2::2]:8000/tcp",
        "Outside Dropped shop-proxy-1 -> internet [2001:db8:f:1::2]:8000/tcp",
      ]
    `);
  });

  test("where nobody is known to answer, silence would tell nothing: it is left out, with the reason", () => {
    const { cases, omitted } = made([], withEgress("2001:db8:f:1::/64"), 1000, outside(far));
    expect(leaving(cases)).toEqual([]);
    expect(omitted.get("implied chain service/shop")).toEqual(["nobody is known to answer at 2001:db8:f:1::/64"]);
  });

  test("by a name, where every host knows its address", () => {
    const answered: Outside["answered"] = () => new Map([[near, ["v1.api.example.net"]]]);
    const { cases } = made([], withEgress("*.api.example.net"), 1000, { ...outside(near, far), answered });
    expect(leaving(cases).slice(0, 2)).toEqual([
      `Inside Delivered shop-web-1 -> internet [${near}]:8000/tcp`,
      `Inside Delivered shop-web-2 -> internet [${near}]:8000/tcp`,
    ]);
    expect(leaving(cases)).toContain(`Outside Dropped shop-web-1 -> internet [${far}]:8000/tcp`);
    const host1: Outside["answered"] = (node) => (node === "host1" ? answered(node, {} as never) : new Map());
    const half = made([], withEgress("*.api.example.net"), 1000, { ...outside(near, far), answered: host1 });
    expect(leaving(half.cases)).toEqual([]);
  });

  test("of a clause without ports: HTTPS stands for those that no rule is about", () => {
    const closed = contractOf(cannotReach("closed", { from: [web], to: ["internet"] }));
    const { cases } = made([closed], shopStates(), 1000, outside(near));
    expect(of(cases, "contract/test closed")).toEqual(
      expect.arrayContaining([
        `Inside Dropped shop-web-1 -> internet [${near}]:443/tcp`,
        `Inside Dropped shop-web-2 -> internet [${near}]:443/udp`,
        `Inside Dropped shop-web-1 -> internet [${near}]/icmp`,
      ]),
    );
  });
});
