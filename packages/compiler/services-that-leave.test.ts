/** Services that are deleted, lose a tier, move to another network or are no longer exposed. */
import { describe, expect, test } from "vitest";
import type { NetworkState } from "@netwright/contract";
import { defaultDrainTimeout } from "./reconcile.ts";
import { fabric, objectsOf, shop } from "./testing.ts";
import { Situation } from "./testing/situations.ts";

const nothing = objectsOf(fabric(2));
const objects = objectsOf(fabric(2), shop());
const networkOn = ({ compiled }: Situation, host: string, name = "web"): NetworkState | undefined =>
  compiled.states.get(host)?.networks.find((network) => network.name === name);
const announced = ({ compiled }: Situation, host = "host1"): readonly string[] =>
  compiled.states.get(host)?.bgp.announce ?? [];

/** Every connection stays open. */
const busy = (world: Situation): Situation => {
  const before = world.observe;
  world.observe = (ready) => {
    const observed = before(ready);
    return { ...observed, instances: new Map([...observed.instances.keys()].map((key) => [key, { phase: "Ready" }])) };
  };
  return world;
};

const portOf: Readonly<Record<string, number>> = { front: 8080, back: 8081, new: 8082, other: 8083 };
const chain = (...tiers: string[]): string =>
  `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose:
    - { hostname: shop.example.net, protocol: HTTPS }
  tiers:
${tiers.map((name) => `    - { name: ${name}, workload: { image: host, command: [${name}], port: ${portOf[name]} } }`).join("\n")}
`;

describe("a service that is deleted", () => {
  test("refuses what is new and keeps what is open; then its routes go, then it is gone", () => {
    const world = busy(new Situation(objects));
    expect(world.settle(nothing)).toEqual([
      "Drain shop-proxy-1: service shop is deleted",
      "Drain shop-web-1: service shop is deleted",
    ]);
    const network = networkOn(world, "host1");
    expect(network?.loadBalancers.map(({ port, members }) => [port, members])).toEqual([
      [80, []],
      [443, []],
    ]);
    expect(network?.deliveries.map(({ instance, port }) => [instance, port])).toEqual([
      ["shop-proxy-1", 80],
      ["shop-proxy-1", 443],
    ]);
    expect(network?.policy).toHaveLength(1);
    expect(announced(world)).toEqual(["2001:db8:100::1/128"]);
    expect([world.compiled.dns, [...world.compiled.services]]).toEqual([[], []]);
    const proxy = network?.workloads.find(({ tier }) => tier === "proxy")?.run;
    expect(proxy).toMatchObject({ kind: "Proxy", backends: [{ members: [{ instance: "shop-web-1" }] }] });
    expect(proxy?.kind === "Proxy" && proxy.certificates.length).toBe(1);

    world.pass(defaultDrainTimeout).node("host1", { ready: true, settled: false });
    expect(world.settle()).toEqual([
      "Remove shop-proxy-1: the time for draining is over",
      "Remove shop-web-1: the time for draining is over",
      "Drain shop-lb-1: service shop is deleted and nothing is behind it any more",
    ]);
    expect(announced(world)).toEqual([]);
    expect(networkOn(world, "host1")?.loadBalancers).toHaveLength(2);
    world.ready();
    expect(world.settle()).toEqual(["Remove shop-lb-1: no route leads to it any more"]);
    expect(world.kinds()).toEqual(["Counter", "Resting"]);
    expect(networkOn(world, "host1")).toBeUndefined();
  });

  test("goes as soon as nothing is open; what is behind waits for what is before it", () => {
    const world = busy(new Situation(objects));
    world.settle(nothing);
    const idle = (id: string) => {
      const before = world.observe;
      world.observe = (ready) => {
        const observed = before(ready);
        return {
          ...observed,
          instances: new Map([...observed.instances, [`default/${id}`, { phase: "Ready", drained: true }]]),
        };
      };
    };
    idle("shop-web-1");
    expect(world.settle()).toEqual([]);
    idle("shop-proxy-1");
    expect(world.settle().slice(0, 2)).toEqual([
      "Remove shop-proxy-1: it has drained",
      "Remove shop-web-1: it has drained",
    ]);
  });

  test("and applied again meanwhile has its address back, and takes it over when all is there", () => {
    const world = busy(new Situation(objects));
    world.settle(nothing);
    world.unready("shop-web-2");
    const said = world.settle(objectsOf(fabric(2), shop()));
    expect(said.join("\n")).not.toContain("Place shop-lb");
    expect(world.ledger.get("vip/default/shop")).toMatchObject({ address: "2001:db8:100::1" });
    expect(world.placed("lb")).toEqual(["shop-lb-1 host1 former"]);
    busy(world.ready()).settle();
    expect(world.placed("lb")).toEqual([expect.stringMatching(/^shop-lb-2 host\d$/)]);
    world.ready().settle();
    expect(world.placed().filter((text) => /drains|former/.test(text))).toEqual([]);
    expect(world.kinds()).not.toContain("Former");
  });

  test("a load balancer that waits for its routes to go gives its address back at once", () => {
    const world = busy(new Situation(objects)).node("host1", { ready: true, settled: false });
    world.settle(nothing);
    world.pass(defaultDrainTimeout).settle();
    expect(world.placed()).toEqual(["shop-lb-1 host1 drains former"]);
    expect(world.settle(objectsOf(fabric(1), shop()))).toContain(
      "Remove shop-lb-1: its address is served by others from now on",
    );
  });

  test("instances that nobody remembers the service of go at once", () => {
    const world = new Situation(objects);
    world.objects = nothing;
    expect(world.settle()).toContain("Remove shop-web-1: service shop is deleted");
    expect(world.kinds()).toEqual(["Counter", "Resting"]);
  });
});

test("a tier that is removed drains after the chain was linked anew", () => {
  const world = busy(new Situation(objectsOf(fabric(1), chain("front", "back"))));
  world.unready("shop-new-1").settle(objectsOf(fabric(1), chain("back", "new")));
  expect(world.placed("front")).toEqual(["shop-front-1 host1 former"]);
  const network = networkOn(world, "host1");
  const proxy = network?.workloads.find(({ tier }) => tier === "proxy")?.run;
  expect(proxy).toMatchObject({ backends: [{ members: [{ instance: "shop-back-1" }] }] });
  const classes = new Map(network?.workloads.map((workload) => [workload.class, workload.tier]));
  const flows = network?.policy.map(({ from, to, port }) => `${classes.get(from)} ${classes.get(to)} ${port}`);
  expect(flows?.toSorted()).toEqual(["back new 8082", "front back 8081", "proxy back 8081", "proxy front 8080"]);
  busy(world.ready()).settle();
  expect(world.placed("front")).toEqual(["shop-front-1 host1 drains former"]);
  expect(world.pass(defaultDrainTimeout).settle()).toContain("Remove shop-front-1: the time for draining is over");
  expect(world.placed("front")).toEqual([]);
  expect(networkOn(world, "host1")?.policy.map(({ port }) => port)).toEqual([8081, 8082]);
});

test("of the old chain what leads to a removed tier and from it stays meanwhile; other flows have their time to end", () => {
  const world = busy(new Situation(objectsOf(fabric(1), chain("front", "back", "other"))));
  world.step(objectsOf(fabric(1), chain("other", "back")));
  const flows = () => {
    const network = networkOn(world, "host1");
    const classes = new Map(network?.workloads.map((workload) => [workload.class, workload.tier]));
    return network?.policy.map(({ from, to }) => `${classes.get(from)} ${classes.get(to)}`).toSorted();
  };
  expect(flows()).toEqual(["back other", "front back", "other back", "proxy front", "proxy other"]);
  world.settle();
  expect(flows()).toEqual(["back other", "front back", "other back", "proxy front", "proxy other"]);
  world.pass(defaultDrainTimeout).settle();
  expect(flows()).toEqual(["other back", "proxy other"]);
});

test("a removed tier gives its room to what takes its place, where there is no other", () => {
  const tight = fabric(1, "  capacity: { instances: 2 }");
  const world = new Situation(objectsOf(tight, chain("front")));
  world.settle(objectsOf(tight, chain("other")));
  expect(world.placed()).toEqual(["shop-lb-1 host1", "shop-other-1 host1", "shop-proxy-1 host1"]);
});

test("a changed network: all is new there before the address moves, then what was drains", () => {
  const world = busy(new Situation(objects));
  const moved = objectsOf(fabric(2), shop().replace("network: web", "network: other"));
  world.unready("shop-web-2").settle(moved);
  expect(world.placed().filter((text) => text.includes("-1 "))).toEqual([
    "shop-lb-1 host1 former",
    "shop-proxy-1 host1 former",
    "shop-web-1 host1 former",
  ]);
  expect(world.placed("lb")).toHaveLength(1);
  expect(networkOn(world, "host1")?.loadBalancers[0]?.members).toMatchObject([{ instance: "shop-proxy-1" }]);
  expect(announced(world)).toEqual(["2001:db8:100::1/128"]);
  busy(world.ready()).settle();
  const balancers = [...world.compiled.states.values()].flatMap(({ networks }) =>
    networks.flatMap(({ name, loadBalancers }) =>
      loadBalancers.flatMap(({ members }) => members.map(({ instance }) => `${name} ${instance}`)),
    ),
  );
  expect([...new Set(balancers)]).toEqual(["other shop-proxy-2"]);
  expect(world.placed("web")).toContain("shop-web-1 host1 drains former");
  world.ready().settle();
  expect(world.placed().every((text) => /-2 host\d$/.test(text))).toBe(true);
  expect(networkOn(world, "host1")).toBeUndefined();
});

test("a service that is deleted while it moves drains on both sides", () => {
  const world = busy(new Situation(objects));
  world.unready("shop-web-2").settle(objectsOf(fabric(2), shop().replace("network: web", "network: other")));
  world.settle(nothing);
  expect(world.placed("web")).toEqual([
    expect.stringMatching(/^shop-web-1 host\d drains former$/),
    expect.stringMatching(/^shop-web-2 host\d drains former$/),
  ]);
  world.ready().pass(defaultDrainTimeout).settle();
  expect(world.kinds()).toEqual(["Counter", "Resting"]);
});

test("what is no longer exposed has its routes withdrawn before its load balancers go", () => {
  const world = new Situation(objects).node("host1", { ready: true, settled: false });
  world.settle(objectsOf(fabric(2), shop().replace(/  expose:[^]*?  tiers:\n.*lb.*\n.*proxy.*\n/, "  tiers:\n")));
  expect(world.placed("lb")).toEqual(["shop-lb-1 host1 drains former"]);
  expect(announced(world)).toEqual([]);
  world.ready().settle();
  expect(world.placed()).toEqual(["shop-web-1 host1"]);
});

test("a load balancer that is too much goes when no route leads to it, and not for its time", () => {
  const world = new Situation(objectsOf(fabric(2), shop({ lb: 2 })));
  const before = world.observed.nodes.get("host2") ?? { ready: true };
  world.node("host2", before).settle(objects);
  expect(world.placed("lb")).toEqual(["shop-lb-1 host1", "shop-lb-2 host2 drains"]);
  world.node("host2", { ready: true, settled: false });
  expect(world.settle()).toEqual([]);
  world.node("host2", { ready: true, settled: true, announced: new Set() });
  expect(world.settle()).toEqual(["Remove shop-lb-2: no route leads to it any more"]);
});
