/** Clauses about the shop of the model's tests: two hosts, each with a proxy and a web server. */
import type { Clause, ClauseProof } from "@netwright/api";
import type { HostState } from "@netwright/contract";
import { proxyToWeb, shopStates, withNetwork, type States } from "@netwright/model/testing.ts";
import { describe, expect, test } from "vitest";
import { proveContracts } from "../prove.ts";
import { canReach, cannotReach, contractOf, onlyFrom, onlyThrough, shopService, tier } from "../testing.ts";

const all = (states: States): readonly HostState[] => Object.values(states);

function prove(clause: Clause, states: States = shopStates(), before?: States): ClauseProof {
  const { clauses } = proveContracts({
    states: all(states),
    ...(before === undefined ? {} : { before: all(before) }),
    services: [shopService()],
    contracts: [contractOf(clause)],
  });
  const proof = clauses.find((each) => each.clause === `contract/test ${clause.name}`);
  if (proof === undefined) throw new RangeError("the clause is in the report");
  return proof;
}

const [proxy, web] = [tier("shop", "proxy"), tier("shop", "web")];
const open = canReach("open", { from: ["internet"], to: [tier("shop")], ports: [{ first: 443, last: 443 }] });
const chain = canReach("chain", { from: [proxy], to: [web] });
const closed = cannotReach("closed", { from: ["internet"], to: [web] });

describe("who can reach", () => {
  test("everybody, on every host and to every member", () => {
    for (const clause of [open, chain])
      expect(prove(clause)).toMatchObject({ verdict: "Proved", counterexample: null });
  });

  test("a rule that one host lacks is shown by the packet that is dropped there", () => {
    const { verdict, counterexample } = prove(chain, withNetwork(shopStates(), "host2", { policy: [] }));
    expect(verdict).toBe("Refuted");
    expect(counterexample?.message).toBe(
      "shop/proxy does not reach shop/web at TCP port 8080: host2 default.web: firewall: no rule allows class 1 to class 2, tcp port 8080",
    );
    expect(counterexample?.packet).toMatchObject({ destination: "fd77::2:2:0:2", destinationPort: 8080 });
    expect(counterexample?.path.at(-1)).toMatchObject({ place: "host2 default.web", step: "drop" });
  });

  test("rules on both sides are of no use without a tunnel between them", () => {
    const { verdict, counterexample } = prove(chain, withNetwork(shopStates(), "host1", { tunnels: [] }));
    expect(verdict).toBe("Refuted");
    expect(counterexample?.message).toContain("no route to fd77::2:2:0:2");
  });

  test("a member that gets nothing breaks it, though the other one answers", () => {
    const { verdict, counterexample } = prove(open, withNetwork(shopStates(), "host2", { deliveries: [] }));
    expect(verdict).toBe("Refuted");
    expect(counterexample?.message).toContain("no delivery for MAC");
  });

  test("a port that nobody listens on", () => {
    const { verdict, counterexample } = prove({ ...open, ports: [{ first: 8443, last: 8443 }] });
    expect(verdict).toBe("Refuted");
    expect(counterexample?.message).toContain("no listener for [2001:db8:100::5]:8443/tcp is placed here");
  });

  test("over waypoints, the load balancer among them", () => {
    const through = [tier("shop", "lb"), proxy];
    expect(prove(canReach("way", { from: ["internet"], to: [web], through }))).toMatchObject({ verdict: "Proved" });
    expect(prove(canReach("none", { from: ["internet"], to: [proxy], through: [web] }))).toMatchObject({
      verdict: "Refuted",
    });
  });
});

describe("who cannot", () => {
  test("no packet of anybody else", () => {
    expect(prove(closed)).toMatchObject({ verdict: "Proved", by: "Classes" });
    expect(prove(onlyFrom("proxies", { from: [proxy], to: [web] }))).toMatchObject({ verdict: "Proved" });
  });

  test("a rule too many is shown by a packet, its path, and the rule", () => {
    const extra = {
      ...proxyToWeb,
      from: 2,
      to: 1,
      port: 22,
      origin: { object: "service/shop", field: "spec.allow[0]" },
    };
    const states = withNetwork(withNetwork(shopStates(), "host1", { policy: [proxyToWeb, extra] }), "host2", {
      policy: [proxyToWeb, extra],
    });
    const { verdict, counterexample } = prove(cannotReach("no", { from: [web], to: [proxy] }), states);
    expect(verdict).toBe("Refuted");
    expect(counterexample?.packet).toMatchObject({ destinationPort: 22 });
    expect(counterexample?.rules).toEqual([extra.origin]);
    expect(counterexample?.path.at(-1)?.step).toBe("deliver");
  });

  test("every chain passes the waypoint, in order", () => {
    const from = ["internet"] as const;
    expect(prove(onlyThrough("yes", { from, to: [web], through: [proxy] }))).toMatchObject({ verdict: "Proved" });
    const { verdict, counterexample } = prove(onlyThrough("no", { from, to: [proxy], through: [web] }));
    expect(verdict).toBe("Refuted");
    expect(counterexample?.message).toContain(
      "internet reaches shop/proxy at TCP port 443 by internet, shop/proxy, not through shop/web",
    );
  });
});

describe("more than one moment", () => {
  test("the loss of any one host", () => {
    const despite = { ...open, despiteHostLoss: true };
    expect(prove(despite)).toMatchObject({ verdict: "Proved", subject: "HostLoss" });
    const one = withNetwork(shopStates(), "host1", {
      workloads: shopStates().host1.networks[0]?.workloads.slice(1) ?? [],
      deliveries: [],
    });
    const alone = (states: States): States => {
      const members = states.host1.networks[0]?.loadBalancers[0]?.members.slice(1) ?? [];
      const only = (state: HostState) =>
        state.networks[0]?.loadBalancers.map((each) => Object.assign({}, each, { members })) ?? [];
      return withNetwork(withNetwork(states, "host1", { loadBalancers: only(states.host1) }), "host2", {
        loadBalancers: only(states.host2),
      });
    };
    const proof = prove(despite, alone(one));
    expect(proof).toMatchObject({ verdict: "Refuted", counterexample: { when: { lost: "host2" } } });
    expect(proof.counterexample?.message).toMatch(
      /^when host2 is lost, internet does not reach shop\/proxy at TCP port 443/,
    );
  });

  test("an invariant is broken by a mixture of hosts, though it holds before and after", () => {
    const extra = { ...proxyToWeb, from: 2, to: 1 };
    const before = withNetwork(shopStates(), "host1", {
      policy: [proxyToWeb, extra],
      workloads: shopStates().host1.networks[0]?.workloads.slice(0, 1) ?? [],
    });
    const after = withNetwork(shopStates(), "host2", {
      policy: [proxyToWeb, extra],
      workloads: shopStates().host2.networks[0]?.workloads.slice(1) ?? [],
    });
    const never = { ...cannotReach("never", { from: [web], to: [proxy] }), kind: "Invariant" } as const;
    expect([prove(never, before).verdict, prove(never, after).verdict]).toEqual(["Proved", "Proved"]);
    const { verdict, counterexample } = prove(never, after, before);
    expect([verdict, counterexample?.when]).toEqual(["Refuted", "During"]);
  });

  test("what was open and is closed now needs its connections cut", () => {
    const extra = { ...proxyToWeb, from: 2, to: 1 };
    const before = withNetwork(withNetwork(shopStates(), "host1", { policy: [proxyToWeb, extra] }), "host2", {
      policy: [proxyToWeb, extra],
    });
    const proof = prove(cannotReach("no", { from: [web], to: [proxy] }), shopStates(), before);
    expect(proof).toMatchObject({ verdict: "Proved" });
    expect(proof.assumptions).toContain("connections-cut");
  });
});
