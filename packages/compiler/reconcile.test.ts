import type { Instant, Ipv6 } from "@netwright/base";
import { describe, expect, test } from "vitest";
import { addressRest } from "./allocate/addresses.ts";
import type { InstanceEntry } from "./ledger-entries.ts";
import { applyLedgerChanges, emptyLedger, type Ledger } from "./ledger.ts";
import { nothingObserved } from "./observed.ts";
import { defaultDrainTimeout, reconcile } from "./reconcile.ts";
import { allReady, fabric, inner, objectsOf, shop, start, step } from "./testing.ts";

const later = (span: number): Instant => (start + span) as Instant;
const instances = (ledger: Ledger): InstanceEntry[] =>
  [...ledger.values()].filter((entry) => entry.kind === "Instance");
const placed = (ledger: Ledger, tier?: string): string[] =>
  instances(ledger)
    .filter((entry) => tier === undefined || entry.tier === tier)
    .map(({ id, host, phase }) => `${id} ${host}${phase === "Drain" ? " drains" : ""}`)
    .toSorted();
const address = (ledger: Ledger, service: string): string | undefined => {
  const entry = ledger.get(`vip/default/${service}`);
  return entry?.kind === "Vip" ? entry.address : undefined;
};
const tcp = (name: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name} }
spec:
  network: web
  expose: [{ hostname: ${name}.example.net, protocol: TCP, port: 7000 }]
  tiers: [{ name: main, workload: { image: host, command: [x], port: 7001 } }]
`;
const smallPool = fabric(1).replace("2001:db8:100::/64", "2001:db8:100::/126");

describe("addresses", () => {
  test("the lowest free one is given and kept", () => {
    const one = step(objectsOf(fabric(1), tcp("b")));
    const two = step(objectsOf(fabric(1), tcp("a"), tcp("b")), one.ledger);
    expect([address(two.ledger, "b"), address(two.ledger, "a")]).toEqual(["2001:db8:100::1", "2001:db8:100::2"]);
  });

  test("one given back rests for ten minutes, then is given again", () => {
    const one = step(objectsOf(fabric(1), tcp("a")));
    const gone = step(objectsOf(fabric(1)), one.ledger, one.observed);
    const during = step(objectsOf(fabric(1), tcp("b")), gone.ledger, gone.observed, later(addressRest - 1));
    expect(address(during.ledger, "b")).toBe("2001:db8:100::2");
    const after = step(objectsOf(fabric(1), tcp("b")), gone.ledger, gone.observed, later(addressRest));
    expect(address(after.ledger, "b")).toBe("2001:db8:100::1");
  });

  test("one that is served still where a host says nothing is nobody else's, however long it has rested", () => {
    const one = step(objectsOf(fabric(1), tcp("a")));
    const hidden = tcp("a").replace(/  expose: .*\n/, "");
    const gone = step(objectsOf(fabric(1), hidden), one.ledger, nothingObserved, start, one.objects);
    const after = step(
      objectsOf(fabric(1), hidden, tcp("b")),
      gone.ledger,
      nothingObserved,
      later(addressRest),
      gone.objects,
    );
    const listeners = after.compiled.states.get("host1")?.networks.flatMap(({ loadBalancers }) => loadBalancers);
    expect(listeners?.map(({ service, vip }) => `${service} ${vip}`)).toEqual([
      "a 2001:db8:100::1",
      "b 2001:db8:100::2",
    ]);
  });

  test("within the rest it goes back to the service that had it, whoever else asks", () => {
    const one = step(objectsOf(fabric(1), tcp("a"), tcp("b")));
    const gone = step(objectsOf(fabric(1)), one.ledger, one.observed);
    const again = step(objectsOf(fabric(1), tcp("b"), tcp("c")), gone.ledger, gone.observed, later(addressRest - 1));
    expect([address(again.ledger, "b"), address(again.ledger, "c")]).toEqual(["2001:db8:100::2", "2001:db8:100::3"]);
    expect(again.ledger.has("resting/2001:db8:100::2")).toBe(false);
    expect(again.ledger.has("resting/2001:db8:100::1")).toBe(true);
  });

  test("it does not where the service's pool does not have it, or not any more, nor to the same name in another project", () => {
    const other = `{ apiVersion: netwright.dev/v1alpha1, kind: AddressPool, metadata: { name: other }, spec: { prefixes: ["2001:db8:200::/120"] } }`;
    const one = step(objectsOf(fabric(1), other, tcp("a")));
    const gone = step(objectsOf(fabric(1), other), one.ledger, one.observed);
    const from = (...texts: string[]) => step(objectsOf(...texts), gone.ledger, gone.observed).ledger;
    const elsewhere = tcp("a").replace("network: web", "network: web\n  pool: other");
    expect(address(from(fabric(1), other, elsewhere), "a")).toBe("2001:db8:200::1");
    const moved = fabric(1).replace("2001:db8:100::/64", "2001:db8:300::/64");
    expect(address(from(moved, tcp("a")), "a")).toBe("2001:db8:300::1");
    const blue = from(fabric(1), tcp("a").replace("{ name: a }", "{ name: a, project: blue }"));
    expect(blue.get("vip/blue/a")).toMatchObject({ address: "2001:db8:100::2" });
  });

  test("of two that it gave back, it gets the last", () => {
    const narrow = fabric(1).replace("2001:db8:100::/64", "2001:db8:100::2/127");
    const wide = fabric(1).replace('["2001:db8:100::/64"]', '["2001:db8:100::2/127", "2001:db8:200::/64"]');
    const moved = fabric(1).replace("2001:db8:100::/64", "2001:db8:200::/64");
    const one = step(objectsOf(narrow, tcp("a")));
    const two = step(objectsOf(moved, tcp("a")), one.ledger, one.observed);
    expect([address(one.ledger, "a"), address(two.ledger, "a")]).toEqual(["2001:db8:100::3", "2001:db8:200::1"]);
    const gone = step(objectsOf(wide), two.ledger, two.observed, later(1000));
    expect(address(step(objectsOf(wide, tcp("a")), gone.ledger, gone.observed, later(2000)).ledger, "a")).toBe(
      "2001:db8:200::1",
    );
  });

  test("an entry that says nothing of its owner rests as before", () => {
    const address1 = "2001:db8:100::1" as Ipv6;
    const old: Ledger = new Map([
      [`resting/${address1}`, { kind: "Resting", address: address1, until: later(addressRest) }],
    ]);
    expect(address(step(objectsOf(fabric(1), tcp("a")), old).ledger, "a")).toBe("2001:db8:100::2");
    expect(address(step(objectsOf(fabric(1), tcp("a")), old, undefined, later(addressRest)).ledger, "a")).toBe(
      address1,
    );
  });

  test("an exhausted pool is named, with what would help", () => {
    const { reconciled } = step(objectsOf(smallPool, ...["a", "b", "c", "d"].map(tcp)));
    expect(reconciled.diagnostics).toMatchObject([
      {
        code: "NW1401",
        subject: "service/d",
        message: "pool default has no free address left: 3 in use, 0 resting",
        hint: "add a prefix to the pool, or delete a service",
      },
    ]);
  });

  test("a service that names another pool gets an address from there", () => {
    const other = `{ apiVersion: netwright.dev/v1alpha1, kind: AddressPool, metadata: { name: other }, spec: { prefixes: ["2001:db8:200::/120"] } }`;
    const one = step(objectsOf(fabric(1), other, tcp("a")));
    const two = step(
      objectsOf(fabric(1), other, tcp("a").replace("network: web", "network: web\n  pool: other")),
      one.ledger,
      one.observed,
    );
    expect(address(two.ledger, "a")).toBe("2001:db8:200::1");
    expect(two.ledger.get("resting/2001:db8:100::1")).toMatchObject({ until: later(addressRest) });
  });
});

describe("placing", () => {
  test("one instance per tier: all on one host, and on the emptier one", () => {
    const first = step(objectsOf(fabric(2), inner("db")));
    const { ledger, reconciled } = step(objectsOf(fabric(2), inner("db"), shop()), first.ledger, first.observed);
    expect(placed(ledger).filter((text) => text.startsWith("shop"))).toEqual([
      "shop-lb-1 host2",
      "shop-proxy-1 host2",
      "shop-web-1 host2",
    ]);
    expect(reconciled.explanations.map(({ reason }) => reason)).toEqual([
      "room for all single tiers of shop together, least loaded: 0 instances",
      "together with another tier of shop",
      "together with 2 instances of other tiers of shop",
    ]);
  });

  test("the host that holds all single tiers is preferred to the emptiest one", () => {
    const objects = objectsOf(fabric(2).replace("  id: 1\n", "  id: 1\n  capacity: { cpu: 400m }\n"), shop());
    expect(placed(step(objects).ledger)).toEqual(["shop-lb-1 host2", "shop-proxy-1 host2", "shop-web-1 host2"]);
  });

  test("from two replicas: different hosts, and more than hosts only where preferred", () => {
    expect(placed(step(objectsOf(fabric(3), shop({ web: 4 }))).ledger, "web")).toEqual([
      "shop-web-1 host1",
      "shop-web-2 host2",
      "shop-web-3 host3",
      "shop-web-4 host1",
    ]);
  });

  test("required spread that cannot be is explained for each host", () => {
    const { reconciled, ledger } = step(objectsOf(fabric(2), shop({ web: 3, spread: "required" })));
    expect(placed(ledger, "web")).toHaveLength(2);
    expect(reconciled.diagnostics).toMatchObject([
      {
        code: "NW1402",
        subject: "service/shop",
        field: "spec.tiers[2].replicas",
        message:
          "1 of 3 instances of web fit nowhere: host1: has an instance of web, and spread is required; host2: has an instance of web, and spread is required",
        hint: "add hosts, ask for fewer replicas, or set spread: preferred",
      },
    ]);
  });

  test("capacity is kept and named: CPU, memory, instances", () => {
    const message = (capacity: string): string | undefined =>
      step(objectsOf(fabric(1, `  capacity: ${capacity}`), shop({ web: 2 }))).reconciled.diagnostics[0]?.message;
    expect(message("{ cpu: 500m }")).toBe(
      "1 of 2 instances of web fit nowhere: host1: cpu: 500m of 500m promised, 500m more asked for",
    );
    expect(message("{ memory: 100Mi }")).toBe(
      "1 of 2 instances of web fit nowhere: host1: memory: 64Mi of 100Mi promised, 64Mi more asked for",
    );
    expect(message("{ instances: 2 }")).toBe("1 of 2 instances of web fit nowhere: host1: full: 2 of 2 instances");
  });

  test("hosts that are not schedulable or not ready take no new instance", () => {
    const one = step(objectsOf(fabric(2), inner("db")));
    const closed = objectsOf(
      fabric(2).replace("  id: 1\n", "  id: 1\n  schedulable: false\n"),
      inner("db", { replicas: 2 }),
      inner("new"),
    );
    expect(placed(step(closed, one.ledger, one.observed).ledger)).not.toContainEqual(
      expect.stringMatching(/^(db-main-[23]|new-main-1) host1/),
    );
    const down = { ...one.observed, nodes: new Map([["host1", { ready: false }]]) };
    const two = step(objectsOf(fabric(2), inner("db"), inner("new")), one.ledger, down);
    expect(placed(two.ledger)).toEqual(["db-main-1 host1", "new-main-1 host2"]);
  });

  test("a second load balancer needs a second host", () => {
    const { diagnostics } = step(objectsOf(fabric(1), shop({ lb: 2 }))).reconciled;
    expect(diagnostics).toMatchObject([
      {
        code: "NW1402",
        message:
          "1 of 2 instances of lb fit nowhere: host1: has a load balancer of this service, and one is all that a host can use",
      },
    ]);
  });
});

describe("scaling and replacing", () => {
  test("scaling in drains the newest on the most crowded host, and it goes when it has drained or time is over", () => {
    const four = step(objectsOf(fabric(3), shop({ web: 4 })));
    const objects = objectsOf(fabric(3), shop({ web: 3 }));
    const three = step(objects, four.ledger, four.observed);
    expect(placed(three.ledger, "web")).toContain("shop-web-4 host1 drains");
    expect(three.reconciled.nextAt).toBe(later(defaultDrainTimeout));
    expect(placed(step(objects, three.ledger, three.observed).ledger, "web")).toHaveLength(3);
    const silent = { ...three.observed, instances: new Map() };
    expect(placed(step(objects, three.ledger, silent, later(defaultDrainTimeout - 1)).ledger, "web")).toHaveLength(4);
    expect(placed(step(objects, three.ledger, silent, later(defaultDrainTimeout)).ledger, "web")).toHaveLength(3);
    const dead = { ...silent, nodes: new Map([["host1", { ready: false }]]) };
    expect(placed(step(objects, three.ledger, dead).ledger, "web")).toHaveLength(3);
  });

  test("a draining member takes no new connections but keeps its delivery and its rules", () => {
    const two = step(objectsOf(fabric(2), shop({ proxy: 2 })));
    const one = step(objectsOf(fabric(2), shop({ proxy: 1 })), two.ledger, two.observed);
    const drains = instances(one.ledger).find(({ phase }) => phase === "Drain");
    const far = one.compiled.states.get(drains?.host ?? "")?.networks[0];
    const members = [...one.compiled.states.values()].flatMap(({ networks }) =>
      networks.flatMap(({ loadBalancers }) => loadBalancers.flatMap((each) => each.members)),
    );
    expect(members.map(({ instance }) => instance)).not.toContain(drains?.id);
    expect(far?.deliveries.map(({ instance }) => instance)).toContain(drains?.id);
    expect(far?.policy).toHaveLength(1);
  });

  test("a changed workload: new ones first, old ones drain when those are ready, with their own port until then", () => {
    const old = step(objectsOf(fabric(2), shop({ web: 2 })));
    const objects = objectsOf(fabric(2), shop({ web: 2 }).replace("8080", "8081"));
    const surge = step(objects, old.ledger, old.observed);
    expect(placed(surge.ledger, "web")).toEqual([
      "shop-web-1 host1",
      "shop-web-2 host2",
      "shop-web-3 host1",
      "shop-web-4 host2",
    ]);
    expect(surge.compiled.states.get("host1")?.networks[0]?.policy.map(({ port }) => port)).toEqual([8080, 8081]);
    const half = {
      ...surge.observed,
      instances: new Map([...surge.observed.instances].filter(([key]) => key !== "default/shop-web-4")),
    };
    const halfway = step(objects, surge.ledger, half);
    expect(placed(halfway.ledger, "web").filter((text) => text.endsWith("drains"))).toEqual([
      "shop-web-2 host2 drains",
    ]);
    const drained = step(objects, halfway.ledger, halfway.observed);
    const done = step(objects, drained.ledger, drained.observed);
    expect(placed(done.ledger, "web")).toEqual(["shop-web-3 host1", "shop-web-4 host2"]);
    expect([...done.ledger.keys()].filter((key) => key.startsWith("template/"))).toHaveLength(1);
  });

  test("without room for both, one is replaced after the other", () => {
    const tight = fabric(2, "  capacity: { cpu: 500m }");
    let world = step(objectsOf(tight, shop({ web: 2 })));
    const objects = objectsOf(tight, shop({ web: 2 }).replace("8080", "8081"));
    const running: number[] = [];
    for (let count = 0; count < 6; count++) {
      world = step(objects, world.ledger, world.observed);
      expect(world.reconciled.diagnostics).toEqual([]);
      running.push(instances(world.ledger).filter(({ tier, phase }) => tier === "web" && phase === "Run").length);
    }
    expect(Math.min(...running)).toBe(1);
    expect(placed(world.ledger, "web").map((text) => text.split(" ")[0])).toEqual(["shop-web-3", "shop-web-4"]);
  });

  test("a deleted host's instances are placed elsewhere", () => {
    const one = step(objectsOf(fabric(2), inner("db")));
    const host1 = objectsOf(fabric(2), inner("db"));
    const objects = { ...host1, hosts: new Map([...host1.hosts].filter(([name]) => name !== "host1")) };
    expect(placed(step(objects, one.ledger, one.observed).ledger)).toEqual(["db-main-2 host2"]);
  });

  test("numbers are not used twice, and deleting leaves only counters and the resting address", () => {
    const one = step(objectsOf(fabric(1), shop()));
    const gone = step(objectsOf(fabric(1)), one.ledger, one.observed);
    expect([...gone.ledger.values()].map(({ kind }) => kind).filter((kind) => kind !== "Counter")).toEqual(["Resting"]);
    const again = step(objectsOf(fabric(1), shop()), gone.ledger, gone.observed);
    expect(placed(again.ledger)).toEqual(["shop-lb-2 host1", "shop-proxy-2 host1", "shop-web-2 host1"]);
    expect(again.ledger.get("network/default/web")).toMatchObject({ vni: 2 });
  });
});

test("a settled ledger does not change again", () => {
  const objects = objectsOf(fabric(3), shop({ web: 3, proxy: 2, lb: 2 }), inner("db"));
  const { changes } = reconcile({
    objects,
    ledger: emptyLedger,
    observed: { instances: new Map(), nodes: new Map() },
    now: start,
  });
  const first = applyLedgerChanges(emptyLedger, changes);
  const observed = allReady(objects, first);
  // Who takes new flows is news, once; so is that all are ready.
  const { changes: ready } = reconcile({ objects, ledger: first, observed, now: start });
  const kinds = ["Members", "Members", "Revision", "Revision", "TierRollout", "TierRollout"];
  expect(ready.map(({ entry }) => entry?.kind)).toEqual(kinds);
  const ledger = applyLedgerChanges(first, ready);
  expect(reconcile({ objects, ledger, observed, now: start }).changes).toEqual([]);
});
