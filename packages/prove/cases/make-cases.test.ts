import type { ContractOf } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { shopStates, withNetwork, type States } from "@netwright/model/testing.ts";
import { describe, expect, test } from "vitest";
import { cannotReach, canReach, contractOf, onlyFrom, shopService, tier } from "../testing.ts";
import { printCase, type TestCase } from "./case.ts";
import { makeCases } from "./make-cases.ts";

const made = (contracts: readonly ContractOf[], states: States = shopStates(), most = 1000) =>
  makeCases({ states: Object.values(states), services: [shopService()], contracts, most });

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
    expect(left).toBe(made(contracts).cases.length - 4);
    const names = new Set(cases.flatMap(({ clauses }) => clauses));
    expect(names).toEqual(new Set(["contract/test a", "contract/test b", "implied chain service/shop"]));
  });
});
