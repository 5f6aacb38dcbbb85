import type { Instant } from "@netwright/base";
import { describe, expect, test } from "vitest";
import type { VolumeEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { emptyLedger, type Ledger } from "../ledger.ts";
import type { ObjectSet } from "../objects.ts";
import type { Observed, ObservedNode } from "../observed.ts";
import { admit } from "../projects/admit.ts";
import { allReady, fabric, objectsOf, start, step } from "../testing.ts";
import { lostAfter } from "./standing.ts";

const db = (
  more: { replicas?: number; colour?: string; size?: string; volume?: string; name?: string } = {},
): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${more.name ?? "shop"} }
spec:
  tiers:
    - name: db
      replicas: ${more.replicas ?? 1}
      workload:
        image: host
        command: [db, ${more.colour ?? "red"}]
        port: 5432
        volumes: [${more.volume ?? `{ name: data, path: /data, size: ${more.size ?? "1Gi"} }`}]
`;

/** Steps with everything ready, until nothing changes. */
function settled(objects: ObjectSet, from: Ledger = emptyLedger, before?: ObjectSet, look = ready): Ledger {
  let ledger = from;
  for (let count = 0; count < 30; count++) {
    const world = step(objects, ledger, look(objects, ledger), start, count === 0 ? before : undefined);
    if (world.reconciled.changes.length === 0) return ledger;
    ledger = world.ledger;
  }
  throw new Error("it does not come to rest");
}
const ready = allReady;

const instances = (ledger: Ledger): string[] =>
  [...ledger.values()]
    .flatMap((entry) =>
      entry.kind === "Instance" ? [`${entry.id} ${entry.host} ${entry.phase} ${entry.ordinal ?? "-"}`] : [],
    )
    .toSorted();
const volumes = (ledger: Ledger): string[] =>
  [...ledger.values()]
    .flatMap((entry) =>
      entry.kind === "Volume" || entry.kind === "DiscardedVolume"
        ? [`${entry.name}.${entry.serial} ${entry.host}${entry.kind === "Volume" ? "" : " discarded"}`]
        : [],
    )
    .toSorted();

/** Also: these hosts have been silent for too long. */
const without =
  (...lost: readonly string[]) =>
  (objects: ObjectSet, ledger: Ledger): Observed => {
    const all = allReady(objects, ledger);
    const heardAt = (start - lostAfter) as Instant;
    const nodes = new Map<string, ObservedNode>(all.nodes);
    for (const name of lost) nodes.set(name, { ready: false, heardAt });
    return { ...all, nodes };
  };

describe("an instance and its data", () => {
  test("each place has a volume of its own, and hosts are told both", () => {
    const objects = objectsOf(fabric(3), db({ replicas: 2 }));
    const ledger = settled(objects);
    expect(instances(ledger)).toEqual(["shop-db-1 host1 Run 1", "shop-db-2 host2 Run 2"]);
    expect(volumes(ledger)).toEqual(["shop-db-data-1.1 host1", "shop-db-data-2.2 host2"]);
    const { states } = step(objects, ledger, allReady(objects, ledger)).compiled;
    expect(states.get("host2")?.volumes).toEqual([
      { id: "default.shop-db-data-2.2", sizeBytes: 2 ** 30, phase: "New" },
    ]);
    expect(states.get("host2")?.networks[0]?.workloads[0]?.run).toMatchObject({
      volumes: [{ kind: "Volume", id: "default.shop-db-data-2.2", path: "/data", readOnly: false, sizeBytes: 2 ** 30 }],
    });
    expect(states.get("host3")).not.toHaveProperty("volumes");
  });

  test("a changed workload takes the places one after the other, the next when the first is ready", () => {
    const before = objectsOf(fabric(3), db({ replicas: 2 }));
    const after = objectsOf(fabric(3), db({ replicas: 2, colour: "blue" }));
    const from = settled(before);
    const one = step(after, from, allReady(after, from));
    expect(instances(one.ledger)).toEqual(["shop-db-1 host1 Run 1", "shop-db-2 host2 Drain 2"]);
    const two = step(after, one.ledger, allReady(after, one.ledger));
    expect(instances(two.ledger)).toEqual(["shop-db-1 host1 Run 1", "shop-db-3 host2 Run 2"]);
    const starting = { ...two.observed, instances: new Map([["default/shop-db-1", { phase: "Ready" as const }]]) };
    const three = step(after, two.ledger, starting);
    expect(instances(three.ledger)).toEqual(instances(two.ledger));
    expect(three.reconciled.explanations.at(-1)?.reason).toBe("the next one is replaced when shop-db-3 is ready");
    expect(instances(settled(after, two.ledger))).toEqual(["shop-db-3 host2 Run 2", "shop-db-4 host1 Run 1"]);
  });

  test("fewer replicas give up the highest places; their data is kept, and found again", () => {
    const three = settled(objectsOf(fabric(3), db({ replicas: 3 })));
    const one = settled(objectsOf(fabric(3), db({ replicas: 1 })), three);
    expect(instances(one)).toEqual(["shop-db-1 host1 Run 1"]);
    expect(volumes(one)).toEqual(volumes(three));
    const again = settled(objectsOf(fabric(3), db({ replicas: 3 })), one);
    expect(instances(again)).toEqual(["shop-db-1 host1 Run 1", "shop-db-4 host2 Run 2", "shop-db-5 host3 Run 3"]);
    expect(volumes(again)).toEqual(volumes(three));
  });

  test("a deleted service leaves its data; one of the same name has it", () => {
    const objects = objectsOf(fabric(2), db());
    const gone = settled(objectsOf(fabric(2)), settled(objects), objects);
    expect([instances(gone), volumes(gone)]).toEqual([[], ["shop-db-data-1.1 host1"]]);
    expect(instances(settled(objects, gone))).toEqual(["shop-db-2 host1 Run 1"]);
  });

  test("a larger size is taken note of, a smaller one is not", () => {
    const sizeOf = (ledger: Ledger) => (ledger.get("volume/default/shop-db-data-1") as VolumeEntry).size;
    const large = settled(objectsOf(fabric(1), db({ size: "2Gi" })), settled(objectsOf(fabric(1), db())));
    expect(sizeOf(large)).toBe(2 ** 31);
    expect(sizeOf(settled(objectsOf(fabric(1), db()), large))).toBe(2 ** 31);
  });
});

describe("a host that cannot", () => {
  const objects = objectsOf(fabric(2), db());
  const from = settled(objects);

  test("is silent: the tier waits for it, and says where its data is", () => {
    const { ledger, reconciled } = step(objects, from, without("host1")(objects, from));
    expect(instances(ledger)).toEqual(["shop-db-1 host1 Run 1"]);
    expect(reconciled.diagnostics).toMatchObject([
      { code: "NW1404", hint: "bring the host back, or delete the volume to begin elsewhere without its data" },
    ]);
    expect(reconciled.diagnostics[0]?.message).toMatch(/shop-db-1 cannot be replaced \(host host1 has been silent/);
  });

  test("is closed: the instance stays there", () => {
    const closed = objectsOf(fabric(1, "  schedulable: false")).hosts;
    const some = { ...objects, hosts: new Map([...objects.hosts, ...closed]) };
    expect(instances(settled(some, from))).toEqual(["shop-db-1 host1 Run 1"]);
  });

  test("is deleted: the data waits for it, and is found when it is back", () => {
    const left = objectsOf(fabric(2), db());
    const less = { ...left, hosts: new Map([...left.hosts].filter(([name]) => name !== "host1")) };
    const gone = settled(less, new Map([...from].filter(([, entry]) => entry.kind !== "Instance")));
    expect([instances(gone), volumes(gone)]).toEqual([[], ["shop-db-data-1.1 host1"]]);
    const { reconciled } = step(less, gone, allReady(less, gone));
    const told = reconciled.diagnostics.find(({ code }) => code === "NW1404");
    expect(told?.message).toContain("host2: shop-db-data-1 is on host1");
    expect(instances(settled(objects, gone))).toEqual(["shop-db-2 host1 Run 1"]);
  });

  test("is lost and its volume was deleted: the tier begins elsewhere; the data goes when the host is back", () => {
    const entry = from.get("volume/default/shop-db-data-1") as VolumeEntry;
    const discarded = new Map(from);
    discarded.delete("volume/default/shop-db-data-1");
    discarded.set(ledgerKeys.discardedVolume("default", entry.name, entry.serial), {
      ...entry,
      kind: "DiscardedVolume",
    });
    const elsewhere = settled(objects, discarded, undefined, without("host1"));
    expect(instances(elsewhere)).toEqual(["shop-db-2 host2 Run 1"]);
    expect(volumes(elsewhere)).toEqual(["shop-db-data-1.1 host1 discarded", "shop-db-data-1.2 host2"]);
    const back = (has: readonly string[], change: Partial<ObservedNode> = {}): Observed => {
      const all = allReady(objects, elsewhere);
      const nodes = [...all.nodes].map(
        ([name, node]) => [name, { ...node, volumes: new Set(has), ...change }] as const,
      );
      return { ...all, nodes: new Map(nodes) };
    };
    const left = (observed: Observed) => volumes(step(objects, elsewhere, observed).ledger);
    expect(left(back(["default.shop-db-data-1.1"]))).toHaveLength(2);
    // It was never reported: the host may be making it just now.
    expect(left(back([], { settled: false }))).toHaveLength(2);
    expect(left(back([], { ready: false }))).toHaveLength(2);
    expect(left(back([]))).toEqual(["shop-db-data-1.2 host2"]);
  });

  test("has no room for it", () => {
    const small = objectsOf(fabric(2, "  capacity: { storage: 1536Mi }"), db({ replicas: 3, size: "1Gi" }));
    const ledger = settled(small);
    expect(instances(ledger)).toHaveLength(2);
    const { reconciled } = step(small, ledger, allReady(small, ledger));
    expect(reconciled.diagnostics[0]).toMatchObject({ code: "NW1402" });
    expect(reconciled.diagnostics[0]?.message).toContain("storage: 1Gi of 1536Mi promised, 1Gi more asked for");
  });
});

describe("a directory of the host", () => {
  const asking = (readOnly: boolean): string =>
    db({ volume: `{ hostPath: /srv/models, path: /models, readOnly: ${readOnly} }` });
  const allowing = (paths: string): string => fabric(1, `  hostPaths: ${paths}`);
  const why = (...texts: string[]) => {
    const objects = objectsOf(...texts);
    return step(objects, emptyLedger, allReady(objects, emptyLedger)).reconciled.diagnostics[0]?.message ?? "placed";
  };

  test.each([
    ["[]", true, "host1: does not allow /srv/models"],
    ["[{ path: /srv }]", true, "host1: does not allow /srv/models"],
    ["[{ path: /srv/models, projects: [blue] }]", true, "host1: does not allow /srv/models"],
    ["[{ path: /srv/models }]", false, "host1: allows /srv/models for reading only"],
    ["[{ path: /srv/models }]", true, "placed"],
    ["[{ path: /srv/models, readOnly: false, projects: [default] }]", false, "placed"],
  ])("hosts with %s, asked for readOnly %s: %s", (paths, readOnly, words) => {
    expect(why(allowing(paths), asking(readOnly))).toContain(words);
  });

  test("that is allowed no more is taken away at once", () => {
    const from = settled(objectsOf(allowing("[{ path: /srv/models }]"), asking(true)));
    const forbidden = objectsOf(allowing("[]"), asking(true));
    expect(instances(settled(forbidden, from))).toEqual([]);
  });
});

describe("a quota", () => {
  const project = `
apiVersion: netwright.dev/v1alpha1
kind: Project
metadata: { name: default }
spec: { quota: { storage: 2Gi } }
`;
  const kept = (ledger: Ledger): VolumeEntry[] => [...ledger.values()].filter((entry) => entry.kind === "Volume");

  test("counts what is asked for", () => {
    const [before, after] = [objectsOf(project), objectsOf(project, db({ replicas: 3 }))];
    expect(admit(before, after)[0]?.message).toBe("storage of project default: 3Gi, that is 1Gi over its quota of 2Gi");
    expect(admit(before, objectsOf(project, db({ replicas: 2 })))).toEqual([]);
  });

  test("counts what is kept too", () => {
    const ledger = settled(objectsOf(fabric(3), db({ replicas: 2 })));
    const [before, after] = [objectsOf(project), objectsOf(project, db({ name: "other" }))];
    expect(admit(before, after, kept(ledger))[0]).toMatchObject({ code: "NW1405", subject: "service/other" });
    expect(admit(before, objectsOf(project, db({ replicas: 2 })), kept(ledger))).toEqual([]);
    const lowered = objectsOf(project, db({ replicas: 2, size: "16Mi" }));
    expect(
      admit(lowered, objectsOf(project, db({ replicas: 2, size: "16Mi" }), db({ name: "other" })), kept(ledger))[0],
    ).toMatchObject({ code: "NW1405" });
  });
});
