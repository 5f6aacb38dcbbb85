import type { NodeObservation } from "@netwright/api";
import type { NodeReport } from "@netwright/contract";
import type { Hop } from "@netwright/model";
import { shopStates } from "@netwright/model/testing.ts";
import { parsePrefix } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { alternativeFindings, findingsAt, upstreamFindings, type NodeFacts } from "./findings.ts";

const state = shopStates().host1;
const vip = "2001:db8:100::5";
const well: NodeObservation = { problems: [], route: `${vip} via fe80::2:2 dev nwu1 proto 178` };
const sessions = state.bgp.neighbors.map(({ name }) => ({
  neighbor: name,
  state: "Established",
  since: null,
  bfd: "Up",
}));
const report = { sessions, instances: [] } as unknown as NodeReport;

const facts = (observation: NodeFacts["observation"], told: NodeReport | undefined = report): NodeFacts => ({
  state,
  report: told,
  observation,
});
const hop = (place: string, step = ""): Hop => ({ place, step, detail: "" });
const problem = (slot: string, message: string) => ({ ...well, problems: [{ slot, code: "NW1607", message }] });

describe("a host", () => {
  test("that is as it should be has no finding", () => {
    expect(findingsAt(hop("host1"), facts(well), vip)).toEqual([]);
  });
  test("without a route of its own to the address is found, a default route does not count", () => {
    expect(findingsAt(hop("host1"), facts({ ...well, route: null }), vip)).toEqual([`route: none to ${vip}`]);
    const byDefault = { ...well, route: "default via fe80::1 dev edge1" };
    expect(findingsAt(hop("host1"), facts(byDefault), vip)).toEqual([
      `route: none to ${vip}, only default via fe80::1`,
    ]);
  });
  test.each(["leaves the site", "leaves the host"])(
    "that a packet %s by needs a way, and a default route is one",
    (step) => {
      const leaving = hop("host1", step);
      const byDefault = { ...well, route: "default via fe80::1 dev edge1" };
      expect(findingsAt(leaving, facts(byDefault), "2001:db8:f::2")).toEqual([]);
      for (const route of [null, "unreachable default dev lo"])
        expect(findingsAt(leaving, facts({ ...well, route }), "2001:db8:f::2")).toHaveLength(1);
    },
  );
  test("is not asked for tenant addresses", () => {
    expect(findingsAt(hop("host1"), facts({ ...well, route: null }), null)).toEqual([]);
  });
  test("that lost a session is found", () => {
    const lost = { ...report, sessions: [] } as NodeReport;
    const names = state.bgp.neighbors.map(({ name }) => `bgp: no session with ${name}`);
    expect(findingsAt(hop("host1"), facts(well, lost), vip)).toEqual(names);
  });
  test("whose agent does not answer is found", () => {
    expect(findingsAt(hop("host1"), facts("the agent of host1 did not answer"), vip)).toEqual([
      "the agent of host1 did not answer",
    ]);
  });
  test("is not blamed for what differs in a tenant's namespace", () => {
    expect(findingsAt(hop("host1"), facts(problem("firewall", "nwn-default.web: add element")), vip)).toEqual([]);
  });
});

describe("a tenant's namespace", () => {
  const table = problem("loadBalancer", "nwn-default.web: add element netdev netwright slots (1021)");
  test("is blamed for the balancer where a member is chosen, and nowhere else", () => {
    expect(findingsAt(hop("host1 default.web", "load balancer: member shop-proxy-1"), facts(table), vip)).toHaveLength(
      1,
    );
    expect(findingsAt(hop("host1 default.web", "firewall: allowed"), facts(table), vip)).toEqual([]);
  });
  test("is blamed for its own firewall only", () => {
    const own = problem("firewall", "nwn-default.web: add element inet netwright flows");
    expect(findingsAt(hop("host1 default.web", "firewall: allowed"), facts(own), vip)).toEqual([
      "firewall: nwn-default.web: add element inet netwright flows",
    ]);
    expect(findingsAt(hop("host1 blue.web", "firewall: allowed"), facts(own), vip)).toEqual([]);
  });
});

describe("an instance", () => {
  test("that is down is found, with the reason it gives", () => {
    const instances = [{ id: "shop-web-1", phase: "Failed", reason: "Exited", message: "ended with status 1" }];
    const told = { ...report, instances } as unknown as NodeReport;
    expect(findingsAt(hop("shop-web-1"), facts(well, told), null)).toEqual(["Failed: Exited: ended with status 1"]);
  });
  test("that has to be started again is found", () => {
    const drift = problem("runtime", "start container default.shop-web-1");
    expect(findingsAt(hop("shop-web-1"), facts(drift), null)).toEqual(["runtime: start container default.shop-web-1"]);
    expect(findingsAt(hop("shop-web-2"), facts(drift), null)).toEqual([]);
  });
});

describe("a router of others", () => {
  const { edge1 } = shopStates();
  const told = (announced: NodeReport["announced"]): NodeFacts => ({
    state: edge1,
    report: { ...report, announced },
    observation: well,
  });
  const provider = hop("provider", "route 2001:db8:100::/64");
  const pool = parsePrefix("2001:db8:100::/64");
  test("that is told the route has no finding", () => {
    expect(upstreamFindings(provider, [told([{ prefix: pool, neighbors: ["provider"] }])])).toEqual([]);
  });
  test("that is not told it is found, with the router that should", () => {
    const finding = ["bgp: edge1 does not announce 2001:db8:100::/64 to it"];
    expect(upstreamFindings(provider, [told([])])).toEqual(finding);
    expect(upstreamFindings(provider, [told([{ prefix: pool, neighbors: ["host1"] }])])).toEqual(finding);
  });
  test("is none of a host's business", () => {
    expect(upstreamFindings(provider, [facts(well)])).toEqual([]);
  });
});

test("a way of equal cost that ends is found; the way that is followed has its own verdict", () => {
  const drop = { ...hop("host2", "drop"), detail: "no listener" };
  expect(alternativeFindings({ ...drop, insteadOf: "host1" })).toEqual(["drops it: no listener"]);
  expect(alternativeFindings(drop)).toEqual([]);
});
