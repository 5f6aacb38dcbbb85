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

test("states of hosts that did not change stay the same values", () => {
  const world = step(objectsOf(fabric(3), shop(), inner("db", { network: "other" })));
  const kept = createCompilation(inputOf(world));
  const before = kept.compiled().states;
  const fabricAgain = objectsOf(fabric(3), shop(), inner("db", { network: "other" }));
  expect(kept.update({ objects: fabricAgain }).changed).toEqual([]);
  for (const [name, state] of kept.compiled().states) expect(state).toBe(before.get(name));
});
