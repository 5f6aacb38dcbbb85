import { describe, expect, test } from "vitest";
import type { HostState } from "@netwright/contract";
import { compile } from "./compile.ts";
import { createCompilation } from "./incremental.ts";
import { fabric, inner, objectsOf, shop, step, testCertificates, type World } from "./testing.ts";

const inputOf = ({ objects, ledger, observed }: World) => ({
  objects,
  ledger,
  observed,
  certificates: testCertificates(objects),
});
const membersOn = (state: HostState | undefined): string[] => [
  ...new Set(
    state?.networks.flatMap(({ loadBalancers }) =>
      loadBalancers.flatMap(({ members }) => members.map(({ instance }) => instance)),
    ),
  ),
];

describe("who may be a member", () => {
  const world = step(objectsOf(fabric(2), shop({ proxy: 2 })));
  const withNodes = (...down: string[]) => ({
    ...world.observed,
    nodes: new Map(["host1", "host2"].map((name) => [name, { ready: !down.includes(name) }])),
  });

  test("instances on a host that is not ready are not; a kept compilation learns it", () => {
    const kept = createCompilation(inputOf(world));
    expect(membersOn(kept.compiled().states.get("host1"))).toEqual(["shop-proxy-1", "shop-proxy-2"]);
    const { changed } = kept.update({ observed: withNodes("host2") });
    expect(changed).toEqual(["host1"]);
    expect(membersOn(kept.compiled().states.get("host1"))).toEqual(["shop-proxy-1"]);
  });

  test("where every member's host is silent, they stay: the data path does not depend on agents", () => {
    const { states } = compile({ ...inputOf(world), observed: withNodes("host1", "host2") });
    expect(membersOn(states.get("host1"))).toEqual(["shop-proxy-1", "shop-proxy-2"]);
  });

  test("without a ready member nothing is announced", () => {
    const { states } = compile({ ...inputOf(world), observed: { instances: new Map(), nodes: new Map() } });
    expect(states.get("host1")?.bgp.announce).toEqual([]);
    expect(world.compiled.states.get("host1")?.bgp.announce).toEqual(["2001:db8:100::1/128"]);
    expect(world.compiled.states.get("host2")?.bgp.announce).toEqual([]);
  });
});

test("scaling a tier changes only hosts that gain something or lead to it", () => {
  const one = step(objectsOf(fabric(3), shop({ web: 2 }), inner("db", { network: "other", replicas: 3 })));
  const kept = createCompilation(inputOf(one));
  const objects = objectsOf(fabric(3), shop({ web: 2, proxy: 2 }), inner("db", { network: "other", replicas: 3 }));
  const two = step({ ...one.objects, services: objects.services }, one.ledger, one.observed);
  const { changed } = kept.update({ objects: two.objects, ledger: two.reconciled.changes, observed: two.observed });
  expect(changed).toEqual(["host1", "host2"]);
});

test("names reach every host of the network where somebody asks, and no other", () => {
  const services = [shop({ web: 1, proxy: 2 }), inner("db"), inner("rival", { network: "other", replicas: 3 })];
  const { states } = step(objectsOf(fabric(3), ...services)).compiled;
  const found = [...states].flatMap(([node, { networks }]) =>
    networks.map(({ name, names }) => [node, name, names?.map((each) => each.name).join(" ")]),
  );
  expect(found).toMatchInlineSnapshot(`
    [
      [
        "host1",
        "web",
        "db main.db shop web.shop",
      ],
      [
        "host1",
        "other",
        "main.rival rival",
      ],
      [
        "host2",
        "web",
        "db main.db shop web.shop",
      ],
      [
        "host2",
        "other",
        "main.rival rival",
      ],
      [
        "host3",
        "web",
        undefined,
      ],
      [
        "host3",
        "other",
        "main.rival rival",
      ],
    ]
  `);
});

test("a service without an instance has its names, without addresses, also after its network was empty", () => {
  const empty = step(objectsOf(fabric(1), inner("db", { replicas: 0 })));
  const kept = createCompilation(inputOf(empty));
  const both = step(objectsOf(fabric(1), inner("db", { replicas: 0 }), inner("jobs")), empty.ledger, empty.observed);
  const { objects } = both;
  kept.update({ objects, ledger: both.reconciled.changes, observed: both.observed });
  const names = kept.compiled().states.get("host1")?.networks[0]?.names;
  expect(names?.map(({ name, addresses }) => `${name} ${addresses.length}`)).toEqual([
    "db 0",
    "jobs 1",
    "main.db 0",
    "main.jobs 1",
  ]);
});

test("states of hosts that did not change stay the same values", () => {
  const world = step(objectsOf(fabric(3), shop(), inner("db", { network: "other" })));
  const kept = createCompilation(inputOf(world));
  const before = kept.compiled().states;
  const fabricAgain = objectsOf(fabric(3), shop(), inner("db", { network: "other" }));
  expect(kept.update({ objects: fabricAgain }).changed).toEqual([]);
  for (const [name, state] of kept.compiled().states) expect(state).toBe(before.get(name));
});
