/** What holds always, of the shop of the model's tests, and each way of breaking it. */
import type { ClauseProof } from "@netwright/api";
import { parseIpv6, parsePrefix } from "@netwright/base";
import { workloadMac, type EgressEntry, type HostState, type NetworkState } from "@netwright/contract";
import { delivery, proxyToWeb, shopStates, vip, withNetwork, type States } from "@netwright/model/testing.ts";
import { describe, expect, test } from "vitest";
import { proveContracts } from "../prove.ts";
import { shopService } from "../testing.ts";

const prove = (states: States): readonly ClauseProof[] =>
  proveContracts({ states: Object.values(states), services: [shopService()], contracts: [] }).clauses;

/** Names of those that are refuted, with what is said. */
const refuted = (states: States): Readonly<Record<string, string>> =>
  Object.fromEntries(
    prove(states).flatMap(({ clause, verdict, counterexample }) =>
      verdict === "Proved" ? [] : [[clause.replace(/^implied /, ""), counterexample?.message ?? ""]],
    ),
  );

const network = (states: States, host: "host1" | "host2"): NetworkState => states[host].networks[0] as NetworkState;
const host1 = (change: Partial<NetworkState>): States => withNetwork(shopStates(), "host1", change);
const both = (change: Partial<NetworkState>): States => withNetwork(host1(change), "host2", change);
const node = (states: States, host: "host1" | "host2", change: Partial<HostState>): States => ({
  ...states,
  [host]: { ...states[host], ...change },
});
const own = network(shopStates(), "host1");
const [first] = own.workloads;
if (first === undefined) throw new RangeError("there is a workload");
const changed = (change: object): States => host1({ workloads: [{ ...first, ...change }, ...own.workloads.slice(1)] });
const extra = { ...proxyToWeb, from: 2, to: 1, port: 22 };
const rule: EgressEntry = {
  from: 2,
  source: parseIpv6("2001:db8:100::9"),
  to: parsePrefix("2001:db8:5::/48"),
  protocol: "tcp",
  port: 443,
  origin: proxyToWeb.origin,
};

test("all of it holds, and each part of it is said", () => {
  const proofs = prove(shopStates());
  expect(proofs.map(({ clause, verdict, kind }) => [clause, verdict, kind])).toEqual([
    ["implied chain service/shop", "Proved", "Implied"],
    ["implied isolation network/web", "Proved", "Implied"],
    ["implied waypoints service/shop", "Proved", "Implied"],
    ["implied replies network/web", "Proved", "Implied"],
    ["implied tunnel peers", "Proved", "Implied"],
    ["implied no loop network/web", "Proved", "Implied"],
    ["implied announcements", "Proved", "Implied"],
    ["implied no black hole service/shop", "Proved", "Implied"],
    ["implied tunnels network/web", "Proved", "Implied"],
    ["implied no dead rule network/web", "Proved", "Implied"],
    ["implied no forged source network/web", "Proved", "Implied"],
    ["implied address plan", "Proved", "Implied"],
  ]);
  expect(new Set(proofs.map(({ by }) => by))).toEqual(new Set(["Classes"]));
});

test("where no router of others is known, nobody is expected to come in from outside", () => {
  const alone = ({ bgp, ...state }: HostState): HostState => ({
    ...state,
    bgp: { ...bgp, neighbors: bgp.neighbors.filter(({ role }) => role !== "Upstream") },
  });
  const states = shopStates();
  const routers = Object.values(states).filter(({ role }) => role === "Router");
  expect(routers.some(({ bgp }) => bgp.neighbors.some(({ role }) => role === "Upstream"))).toBe(true);
  expect(refuted(Object.fromEntries(Object.values(states).map((each) => [each.node, alone(each)])) as never)).toEqual(
    {},
  );
});

describe("what is broken is found and named", () => {
  test.each<[string, States, string, string]>([
    [
      "a rule too many",
      both({ policy: [proxyToWeb, extra] }),
      "chain service/shop",
      "shop/web reaches shop/proxy at TCP port 22 without a manifest that says so",
    ],
    ["a rule too few", host1({ policy: [] }), "no black hole service/shop", "no rule allows class 1 to class 2"],
    [
      "no rule at all",
      both({ policy: [] }),
      "no black hole service/shop",
      "no rule lets shop/proxy reach shop/web at tcp port 8080",
    ],
    [
      "a member without delivery",
      host1({ deliveries: [] }),
      "no black hole service/shop",
      "sends connections to [2001:db8:100::5]:443 to shop-proxy-1, which gets none",
    ],
    [
      "no listener where it is announced",
      host1({ loadBalancers: [] }),
      "announcements",
      "host1 announces 2001:db8:100::5/128 and has nothing there",
    ],
    [
      "a delivery around the proxy",
      host1({
        deliveries: [{ ...delivery(1, 1), address: own.workloads[1]?.address as never, targetPort: 8080, class: 2 }],
      }),
      "waypoints service/shop",
      "internet reaches shop/web at TCP port 443 not through its proxy",
    ],
    ["no tunnel", host1({ tunnels: [] }), "tunnels network/web", "host1 default.web has no tunnel to host2"],
    [
      "a tunnel to another end point",
      host1({ tunnels: own.tunnels.map((each) => ({ ...each, vtep: parseIpv6("fd00::9") })) }),
      "tunnels network/web",
      "has a tunnel to fd00::9 for host2",
    ],
    [
      "a tunnel to itself",
      host1({
        tunnels: [...own.tunnels, { ...(own.tunnels[0] as never as object), host: "host1", hostId: 1 } as never],
      }),
      "no loop network/web",
      "has a tunnel to itself",
    ],
    [
      "a host that does not take packets",
      node(shopStates(), "host2", { underlay: { ...shopStates().host2.underlay, tunnelPeers: [] } }),
      "tunnel peers",
      "host2 does not take tunnel packets from fd00:0:0:1::1, which is a host",
    ],
    [
      "an address of another host",
      changed({ address: parseIpv6("fd77::9:1:0:1") }),
      "no forged source network/web",
      "an address of host 9",
    ],
    [
      "an address of another class",
      changed({ class: 3 }),
      "no forged source network/web",
      "an address of number 1 of class 1",
    ],
    [
      "an address twice",
      changed({ address: own.workloads[1]?.address }),
      "no forged source network/web",
      "an address of number 1 of class 2",
    ],
    [
      "two tiers of one class",
      host1({ workloads: [first, { ...(own.workloads[1] as typeof first), tier: "proxy", id: "x" }] }),
      "no forged source network/web",
      "are one class, 2, in network web",
    ],
    [
      "a rule about nobody",
      host1({ policy: [proxyToWeb, { ...proxyToWeb, from: 7, to: 8 }] }),
      "no dead rule network/web",
      "from class 7 to class 8 at tcp port 8080 is about nobody there",
    ],
    [
      "a delivery for another MAC",
      host1({ deliveries: [delivery(1, 1), { ...delivery(1, 1), instance: "x", mac: workloadMac(1, 9) }] }),
      "no dead rule network/web",
      "is for MAC",
    ],
    [
      "egress within egress",
      host1({ egress: [{ ...rule, to: parsePrefix("2001:db8::/32") }, rule] }),
      "no dead rule network/web",
      "adds nothing to 2001:db8::/32",
    ],
    [
      "egress that no manifest asks for",
      host1({ egress: [rule] }),
      "chain service/shop",
      "shop/web reaches internet at TCP port 443 without a manifest that says so",
    ],
    ["egress in nobody's name", host1({ egress: [rule] }), "replies network/web", "nobody announces 2001:db8:100::9"],
    [
      "egress in somebody else's name",
      host1({ egress: [{ ...rule, source: vip }] }),
      "replies network/web",
      "may come back to host2",
    ],
    ["one network of two names", host1({ name: "web2" }), "isolation network/web2", "in one tunnel network, VNI 7"],
    [
      "a host number twice",
      node(shopStates(), "host2", { underlay: { ...shopStates().host2.underlay, hostId: 1 } }),
      "address plan",
      "host1 and host2 have one host number, 1",
    ],
    [
      "an address twice, of services",
      host1({ loadBalancers: own.loadBalancers.map((each) => ({ ...each, service: "other" })) }),
      "address plan",
      "have one public address, 2001:db8:100::5",
    ],
    [
      "an address of no pool",
      node(shopStates(), "host1", { bgp: { ...shopStates().host1.bgp, pools: [] } }),
      "address plan",
      "2001:db8:100::5 of default/shop is in no pool",
    ],
    [
      "two prefixes",
      host1({ prefix: parsePrefix("fd78::/64") }),
      "address plan",
      "do not agree on the prefix of network web",
    ],
  ])("%s", (_, states, clause, message) => {
    expect(refuted(states)[clause]).toContain(message);
  });

  test("a redirect is meant, another port at the proxy is not", () => {
    const [listener] = own.loadBalancers;
    const at = (port: number): Partial<NetworkState> => ({
      loadBalancers: [{ ...(listener as never as object), port } as never],
    });
    const states = (port: number): States =>
      withNetwork(
        withNetwork(shopStates(), "host1", { ...at(port), deliveries: [{ ...delivery(1, 1), port }] }),
        "host2",
        { ...at(port), deliveries: [{ ...delivery(2, 2), port }] },
      );
    expect(Object.keys(refuted(states(80)))).toEqual([]);
    expect(refuted(states(8443))["chain service/shop"]).toContain("internet reaches shop/proxy at TCP port 8443");
  });
});
