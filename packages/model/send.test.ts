import { hostPrefix, parseIpv6, type DomainPattern } from "@netwright/base";
import type { EgressEntry } from "@netwright/contract";
import { describe, expect, test } from "vitest";
import { choose, portsToMembers } from "./choose.ts";
import { buildFabric, type Answered } from "./fabric.ts";
import { flowsOf } from "./flows.ts";
import { entryHosts, send } from "./send.ts";
import {
  addressOf,
  client,
  proxyClass,
  proxyToWeb,
  shopStates,
  vip,
  webClass,
  withNetwork,
  type States,
} from "./testing.ts";
import type { Packet, Trace } from "./trace.ts";

const fabricOf = (states: States) => buildFabric(Object.values(states));
const listener = shopStates().host1.networks[0]?.loadBalancers[0];
const ports = portsToMembers(listener as never, client, 40_000);
const near = ports.get("shop-proxy-1") ?? 0;
const far = ports.get("shop-proxy-2") ?? 0;
const fromOutside = (sourcePort: number, more: Partial<Packet> = {}): Packet => ({
  from: "internet",
  source: client,
  destination: vip,
  protocol: "tcp",
  sourcePort,
  destinationPort: 443,
  ...more,
});
const fromProxy = (more: Partial<Packet> = {}): Packet => ({
  from: { project: "default", instance: "shop-proxy-1" },
  source: addressOf(1, proxyClass, 1),
  destination: addressOf(2, webClass, 2),
  protocol: "tcp",
  sourcePort: 40_000,
  destinationPort: 8080,
  ...more,
});
const reason = (states: States, packet: Packet, via?: string): string => send(fabricOf(states), packet, via).reason;

describe("from the internet", () => {
  test("a packet goes through edge, host, load balancer and delivery to a member", async () => {
    const trace = send(fabricOf(shopStates()), fromOutside(far), "host1");
    expect(trace.deliveredTo).toMatchObject({ instance: "shop-proxy-2", host: "host2", port: 443 });
    const text = trace.hops.map(({ place, step, detail }) => `${place}: ${step} (${detail})`).join("\n");
    await expect(`${text}\n`).toMatchFileSnapshot("testdata/trace-from-internet.txt");
  });

  test("places of equal cost are alternatives of the first; with one entry chosen there are none", () => {
    const either = ({ hops }: Trace) => hops.map(({ place, insteadOf }) => [place, insteadOf]).slice(0, 4);
    const fabric = fabricOf(shopStates());
    expect(either(send(fabric, fromOutside(far)))).toEqual([
      ["provider", undefined],
      ["edge1", undefined],
      ["host1", undefined],
      ["host2", "host1"],
    ]);
    expect(either(send(fabric, fromOutside(far), "host2")).filter(([, other]) => other !== undefined)).toEqual([]);
  });

  test("an alternative that drops is told, and is not the verdict", () => {
    const states = withNetwork(shopStates(), "host2", { loadBalancers: [] });
    const { verdict, hops } = send(fabricOf(states), fromOutside(far));
    expect(verdict).toBe("Delivered");
    expect(hops.find(({ step }) => step === "drop")).toMatchObject({ place: "host2", insteadOf: "host1" });
  });

  test("every host that announces picks the same member", () => {
    const fabric = fabricOf(shopStates());
    expect(entryHosts(fabric, vip)).toEqual(["host1", "host2"]);
    for (let port = 1024; port < 1324; port++) {
      const [a, b] = ["host1", "host2"].map((via) => send(fabric, fromOutside(port), via).deliveredTo?.instance);
      expect(a).toBe(b);
    }
  });

  test("each broken part is named", () => {
    const states = shopStates();
    const unannounced = { ...states, host1: { ...states.host1, bgp: { ...states.host1.bgp, announce: [] } } };
    expect(entryHosts(fabricOf(unannounced), vip)).toEqual(["host2"]);
    expect(reason(unannounced, fromOutside(near), "host1")).toBe("edge: no route to 2001:db8:100::5 by host1");
    const noSession = {
      ...states,
      edge1: { ...states.edge1, bgp: { ...states.edge1.bgp, neighbors: states.edge1.bgp.neighbors.slice(2) } },
    };
    expect(reason(noSession, fromOutside(near))).toBe("edge: no route to 2001:db8:100::5");
    expect(reason(states, fromOutside(near, { destinationPort: 22 }))).toBe(
      "host1: no listener for [2001:db8:100::5]:22/tcp is placed here",
    );
    expect(reason(states, fromOutside(near, { protocol: "udp" }))).toBe(
      "host1: no listener for [2001:db8:100::5]:443/udp is placed here",
    );
    const empty = withNetwork(states, "host1", {
      loadBalancers: [{ ...(listener as never as object), members: [] } as never],
    });
    expect(reason(empty, fromOutside(near))).toBe("host1 default.web: the listener has no ready member");
    expect(reason(withNetwork(states, "host1", { tunnels: [] }), fromOutside(far))).toBe(
      "host1 default.web: the tunnel device does not know MAC 02:00:01:00:00:02",
    );
    const forgetful =
      states.host1.networks[0]?.tunnels.map((tunnel) => Object.assign({}, tunnel, { memberMacs: [] })) ?? [];
    expect(reason(withNetwork(states, "host1", { tunnels: forgetful }), fromOutside(far))).toBe(
      "host1 default.web: the tunnel device does not know MAC 02:00:01:00:00:02",
    );
    expect(reason(withNetwork(states, "host2", { deliveries: [] }), fromOutside(far))).toBe(
      "host2 default.web: no delivery for MAC 02:00:01:00:00:02",
    );
    expect(reason(withNetwork(states, "host2", { workloads: [] }), fromOutside(far))).toBe(
      "host2 default.web: no workload has fd77::2:1:0:2",
    );
    const stranger = { ...states, host2: { ...states.host2, underlay: { ...states.host2.underlay, tunnelPeers: [] } } };
    expect(reason(stranger, fromOutside(far))).toBe("host2: does not take network web from host1");
  });

  test("a router that is not ours is taken to pass on what it hears", () => {
    const { host1 } = shopStates();
    expect(entryHosts(buildFabric([host1]), vip)).toEqual(["host1"]);
    expect(entryHosts(buildFabric([host1]), parseIpv6("2001:db8:100::6"))).toEqual([]);
  });

  test("an edge without a host of its own goes through the other edge", () => {
    const states = shopStates();
    const pair = ["fd00:0:0:2::e:1", "fd00:0:0:2::e:2"].map(parseIpv6) as [never, never];
    const between = (name: string, [local, address]: readonly [never, never]) => ({
      name,
      role: "Fabric" as const,
      asn: 64_510,
      interface: name,
      localAddress: local,
      address,
      loopback: null,
      bfd: null,
    });
    const edge1 = {
      ...states.edge1,
      bgp: { ...states.edge1.bgp, neighbors: [...states.edge1.bgp.neighbors, between("edge2", pair)] },
    };
    const upstream = states.edge1.bgp.neighbors.filter(({ role }) => role === "Upstream");
    const edge2 = {
      ...states.edge1,
      node: "edge2",
      bgp: { ...states.edge1.bgp, neighbors: [between("edge1", [pair[1], pair[0]]), ...upstream] },
    };
    expect(entryHosts(buildFabric([edge1, edge2, states.host1]), vip)).toEqual(["host1"]);
  });
});

describe("between instances", () => {
  test("an allowed flow passes both hosts' rules, on one host and over the tunnel", () => {
    const fabric = fabricOf(shopStates());
    expect(send(fabric, fromProxy())).toMatchObject({ verdict: "Delivered", deliveredTo: { instance: "shop-web-2" } });
    expect(send(fabric, fromProxy({ destination: addressOf(1, webClass, 1) })).deliveredTo?.instance).toBe(
      "shop-web-1",
    );
  });

  test("each host refuses by itself", () => {
    const denied = "firewall: no rule allows class 1 to class 2, tcp port 8080";
    expect(reason(withNetwork(shopStates(), "host1", { policy: [] }), fromProxy())).toBe(
      `host1 default.web: ${denied}`,
    );
    expect(reason(withNetwork(shopStates(), "host2", { policy: [] }), fromProxy())).toBe(
      `host2 default.web: ${denied}`,
    );
  });

  test("the other way, another port, another protocol and a foreign source are refused", () => {
    const states = shopStates();
    const back: Partial<Packet> = {
      from: { project: "default", instance: "shop-web-2" },
      source: addressOf(2, webClass, 2),
      destination: addressOf(1, proxyClass, 1),
    };
    expect(reason(states, fromProxy(back))).toContain("no rule allows class 2 to class 1");
    expect(reason(states, fromProxy({ destinationPort: 22 }))).toContain("port 22");
    expect(reason(states, fromProxy({ protocol: "udp" }))).toContain("udp port 8080");
    expect(reason(states, fromProxy({ source: addressOf(2, proxyClass, 2) }))).toBe(
      "host1 default.web: anti-spoofing: shop-proxy-1 may only send from fd77::1:1:0:1",
    );
  });

  test("outside the network and to hosts that do not share it there is no way", () => {
    const states = shopStates();
    expect(reason(states, fromProxy({ destination: vip }))).toBe(
      "host1 default.web: 2001:db8:100::5 is outside fd77::/64, and no rule allows egress",
    );
    expect(reason(states, fromProxy({ destination: addressOf(9, webClass, 2) }))).toBe(
      "host1 default.web: no route to fd77::9:2:0:2",
    );
    expect(reason(states, fromProxy({ from: { project: "default", instance: "shop-web-9" } }))).toBe(
      "shop-web-9: no node runs this instance",
    );
  });
});

describe("to a name outside", () => {
  const outside = parseIpv6("2001:db8:f::2");
  const egress: readonly EgressEntry[] = [
    {
      from: proxyClass,
      source: parseIpv6("2001:db8:100::e1"),
      to: "*.example.net" as DomainPattern,
      protocol: "tcp",
      port: 443,
      origin: { object: "service/shop", field: "spec.egress[0]" },
    },
  ];
  const states = withNetwork(shopStates(), "host1", { egress });
  const told =
    (...names: string[]): Answered =>
    (node) =>
      new Map(node === "host1" ? [[outside, names]] : []);
  const outwards = (more: Partial<Packet> = {}): Packet =>
    fromProxy({ destination: outside, destinationPort: 443, ...more });
  const way = (packet: Packet, answered?: Answered): readonly string[] =>
    send(buildFabric(Object.values(states), answered), packet).hops.map(({ step, detail }) => `${step} (${detail})`);

  test("an address goes through while it is answered for a name of the rule", () => {
    expect(way(outwards(), told("api.example.net"))).toContain(
      `firewall: egress allowed (class ${proxyClass} to 2001:db8:f::2, tcp port 443; *.example.net has this address now)`,
    );
    // What an agent knows after its restart is the rule alone.
    expect(way(outwards(), told("*.example.net")).join()).toContain("has this address now");
    for (const answered of [told("api.example.org"), told(), undefined])
      expect(way(outwards(), answered).join()).toContain("no name that a rule is about has this address now");
    expect(way(outwards({ destinationPort: 80 }), told("api.example.net")).join()).toContain("no rule allows egress");
  });

  test("what has the address by another name alone is not said to have it by this one", () => {
    const shared = way(outwards({ name: "api.example.net" }), told("cdn.example.org")).join();
    expect(shared).toContain("it is once a workload here looks it up");
  });

  test("nobody reaches the host itself, by whatever name", () => {
    const vtep = states.host1.underlay.vtep ?? parseIpv6("::");
    expect(way(outwards({ destination: vtep, name: "api.example.net" })).at(-1)).toContain("is the site's own");
  });

  test("a name goes through, and where its address is not known yet that is said", () => {
    expect(way(outwards({ name: "api.example.net" })).join()).toContain("it is once a workload here looks it up");
    expect(way(outwards({ name: "api.example.net" }), told("api.example.net")).join()).toContain(
      "has this address now",
    );
    expect(way(outwards({ name: "example.net" })).join()).toContain(
      "example.net (2001:db8:f::2) is outside fd77::/64, and no rule allows egress",
    );
  });
});

describe("flows", () => {
  const words = (states: States): string[] =>
    flowsOf(fabricOf(states)).map(
      ({ from, to, protocol, port }) => `${from?.tier ?? "outside"} ${to.tier} ${protocol} ${port}`,
    );

  test("all of them, each with a packet that arrives", () => {
    expect(words(shopStates())).toEqual(["proxy web tcp 8080", "outside proxy tcp 443"]);
    for (const { trace } of flowsOf(fabricOf(shopStates()))) expect(trace.verdict).toBe("Delivered");
    expect(flowsOf(fabricOf(shopStates()), [8])).toEqual([]);
  });

  test("a rule on one host alone is still a flow where source and target are there, and none where they are not", () => {
    expect(words(withNetwork(shopStates(), "host2", { policy: [] }))).toContain("proxy web tcp 8080");
    const apart = withNetwork(withNetwork(shopStates(), "host1", { policy: [] }), "host2", { policy: [] });
    expect(words(apart)).toEqual(["outside proxy tcp 443"]);
    const unused = withNetwork(shopStates(), "host1", { policy: [proxyToWeb, { ...proxyToWeb, to: 9, port: 1 }] });
    expect(words(unused)).toEqual(["proxy web tcp 8080", "outside proxy tcp 443"]);
  });

  test("no way in without an announcement", () => {
    const states = shopStates();
    const silent = { ...states };
    for (const host of ["host1", "host2"] as const)
      silent[host] = {
        ...states[host],
        bgp: { ...states[host].bgp, announce: [hostPrefix(parseIpv6("2001:db8:100::6"))] },
      };
    expect(words(silent)).toEqual(["proxy web tcp 8080"]);
  });
});

test("a client keeps its member when another leaves, but for a small part", () => {
  const three = {
    ...(listener as never as object),
    members: [1, 2, 3].map((number) => ({
      instance: `shop-proxy-${number}`,
      hostId: number,
      mac: `02:00:01:00:00:0${number}`,
    })),
  } as never as NonNullable<typeof listener>;
  const two = { ...three, members: three.members.slice(0, 2) };
  let moved = 0;
  for (let port = 1024; port < 3024; port++) {
    const before = choose(three, client, port).member?.instance;
    if (before !== "shop-proxy-3" && before !== choose(two, client, port).member?.instance) moved++;
  }
  expect(moved / 2000).toBeLessThan(0.1);
});
