import { formerSets, type LoadBalancer } from "@netwright/contract";
import { describe, expect, test } from "vitest";
import type { Ledger } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { compile } from "./compile.ts";
import { allReady, fabric, objectsOf, shop, start, step, testCertificates } from "./testing.ts";

type World = ReturnType<typeof step>;

const objects = objectsOf(fabric(3), shop({ proxy: 3, lb: 2 }));

/** The listener at port 443 as every host with a load balancer has it: they never differ. */
function listener({ compiled }: World): LoadBalancer {
  const all = [...compiled.states.values()].flatMap(({ networks }) =>
    networks.flatMap(({ loadBalancers }) => loadBalancers.filter(({ port }) => port === 443)),
  );
  const [first] = all;
  if (first === undefined) throw new Error("there is a load balancer");
  for (const each of all) expect(each).toEqual(first);
  return first;
}

/** With these instances in another phase than ready. */
function without(observed: Observed, ...ids: readonly string[]): Observed {
  const instances = new Map(observed.instances);
  for (const id of ids) instances.set(`default/${id}`, { phase: "Failed" });
  return { ...observed, instances };
}

/** A round in which all parts of the compiler see the same. */
function seeing(world: World, observed: Observed): World {
  const next = step(objects, world.ledger, observed);
  const { ledger } = next;
  return { ...next, compiled: compile({ objects, ledger, observed, certificates: testCertificates(objects) }) };
}

/** Two rounds: what was placed in the first is ready in the second. */
function settled(ledger?: Ledger, of = objects, before = of): World {
  const placed = step(of, ledger, ledger === undefined ? undefined : allReady(of, ledger), start, before);
  return step(of, placed.ledger, allReady(of, placed.ledger));
}

describe("members that were", () => {
  test("a listener whose members never changed has none", () => {
    const { members, former, draining } = listener(settled());
    expect(members).toHaveLength(3);
    expect([former, draining]).toEqual([undefined, undefined]);
  });

  test("those on hosts with another driver are known for that: they cannot be asked", () => {
    const host1 = "  id: 1\n";
    const mixed = objectsOf(fabric(2).replace(host1, `${host1}  loadBalancer: nftables\n`), shop({ proxy: 2 }));
    const mute = (of: typeof mixed) =>
      listener(settled(undefined, of)).members.flatMap((each) => (each.mute === true ? [each.hostId] : []));
    expect([mute(mixed), mute(objects)]).toEqual([[1], []]);
  });

  test("several drains at once: each former set stands by its difference, and who drains can be reached", () => {
    const three = settled();
    const fewer = (count: number) => objectsOf(fabric(3), shop({ proxy: count, lb: 2 }));
    const draining = (world: World): Observed => {
      const instances = [...allReady(fewer(1), world.ledger).instances].map(
        ([key, { phase }]) => [key, { phase }] as const,
      );
      return { ...world.observed, instances: new Map(instances) };
    };
    const two = step(fewer(2), three.ledger, draining(three));
    const one = step(fewer(1), two.ledger, draining(two));
    const { members, former, draining: still } = listener(one);
    expect(members.map(({ instance }) => instance)).toEqual(["shop-proxy-1"]);
    expect(former).toEqual([
      { also: ["shop-proxy-2"], without: [] },
      { also: ["shop-proxy-2", "shop-proxy-3"], without: [] },
    ]);
    expect(still?.map(({ instance }) => instance)).toEqual(["shop-proxy-2", "shop-proxy-3"]);
    const gone = step(fewer(1), one.ledger, allReady(fewer(1), one.ledger));
    expect(listener(gone).draining).toEqual([]);
    expect(listener(gone).former).toHaveLength(2);
  });

  test("a member that fails and comes back is remembered once, however often", () => {
    let world = settled();
    for (let time = 0; time < 4; time++) {
      world = seeing(world, without(world.observed, "shop-proxy-2"));
      expect(listener(world).former).toEqual([{ also: ["shop-proxy-2"], without: [] }]);
      world = seeing(world, allReady(objects, world.ledger));
    }
    expect(listener(world).former).toEqual([{ also: [], without: ["shop-proxy-2"] }]);
  });

  test("who stands on a host that is silent cannot be reached", () => {
    const world = settled();
    const host = [...world.ledger.values()].find((each) => each.kind === "Instance" && each.id === "shop-proxy-2");
    if (host?.kind !== "Instance") throw new Error("there is an instance");
    const nodes = new Map(world.observed.nodes).set(host.host, { ready: false });
    const silent = seeing(world, { ...without(world.observed, "shop-proxy-2"), nodes });
    const after = listener(silent);
    expect(after.former?.flatMap(({ also }) => also)).toContain("shop-proxy-2");
    expect(after.draining).toEqual([]);
  });

  test("nobody left: the sets that led there stay, and an empty one is never among them", () => {
    const world = settled();
    const none = seeing(world, without(world.observed, "shop-proxy-1", "shop-proxy-2", "shop-proxy-3"));
    const { members, former, draining } = listener(none);
    expect(members).toEqual([]);
    expect(former).toEqual([{ also: ["shop-proxy-1", "shop-proxy-2", "shop-proxy-3"], without: [] }]);
    expect(draining).toHaveLength(3);
  });

  test("there are never more than a listener remembers", () => {
    let [world, count] = [settled(), 3];
    for (let round = 0; round < formerSets + 5; round++) {
      count = count === 12 ? 3 : count + 1;
      world = settled(world.ledger, objectsOf(fabric(3), shop({ proxy: count, lb: 2 })));
    }
    expect(listener(world).former?.length).toBeLessThanOrEqual(formerSets);
  });

  test("a service that is gone leaves nothing of it in the ledger", () => {
    const world = settled();
    const gone = step(objectsOf(fabric(3)), world.ledger, world.observed);
    expect([...gone.ledger.values()].map(({ kind }) => kind)).not.toContain("Members");
  });
});
