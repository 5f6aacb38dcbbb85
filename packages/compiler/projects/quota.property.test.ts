/** Whatever is applied in sequence, use never passes a quota, unless the quota was lowered below it; then it only falls. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { applyLedgerChanges, emptyLedger } from "../ledger.ts";
import { nothingObserved } from "../observed.ts";
import type { ObjectSet } from "../objects.ts";
import { reconcile } from "../reconcile.ts";
import { allReady, fabric, objectsOf, start } from "../testing.ts";
import { admit } from "./admit.ts";
import { projectStandings } from "./standing.ts";
import { resources, type Resource } from "./users.ts";

type Limits = Readonly<Partial<Record<Resource, number>>>;

type Step =
  | { readonly kind: "Project"; readonly limits: Limits }
  | { readonly kind: "Service"; readonly name: string; readonly text: string }
  | { readonly kind: "Delete"; readonly name: string };

const names = ["a", "b", "c"] as const;
const maybe = (max: number): fc.Arbitrary<number | undefined> => fc.option(fc.nat(max), { nil: undefined });

const limits: fc.Arbitrary<Limits> = fc.record({
  services: maybe(3),
  networks: maybe(2),
  addresses: maybe(2),
  instances: maybe(12),
  cpu: maybe(4).map((cores) => (cores === undefined || cores === 0 ? undefined : cores)),
  memory: maybe(8).map((count) => (count === undefined || count === 0 ? undefined : count)),
}) as fc.Arbitrary<Limits>;

const service: fc.Arbitrary<Step> = fc
  .record({
    name: fc.constantFrom(...names),
    replicas: fc.nat(6),
    proxy: fc.nat(2),
    network: fc.constantFrom("x", "y"),
    exposed: fc.boolean(),
    cpu: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    memory: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(({ name, replicas, proxy, network, exposed, cpu, memory }) => {
    const own = [cpu === undefined ? "" : `cpu: ${cpu}`, memory === undefined ? "" : `memory: ${memory}Gi`];
    const resourcesText = `{ ${own.filter((text) => text !== "").join(", ")} }`;
    const text = `{ apiVersion: netwright.dev/v1alpha1, kind: Service, metadata: { name: ${name}, project: team }, spec: { network: ${network}, expose: ${exposed ? `[{ hostname: ${name}.example.net, protocol: HTTPS }]` : "[]"}, tiers: [${exposed ? `{ name: proxy, replicas: ${proxy} }, ` : ""}{ name: web, replicas: ${replicas}, workload: { image: host, command: [x], port: 8080, resources: ${resourcesText} } }] } }`;
    return { kind: "Service", name, text };
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: service },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("Project" as const), limits }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("Delete" as const), name: fc.constantFrom(...names) }) },
);

const projectText = (own: Limits): string => {
  const quota = Object.entries(own)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${value}${key === "memory" ? "Gi" : ""}`);
  return `{ apiVersion: netwright.dev/v1alpha1, kind: Project, metadata: { name: team }, spec: { quota: { ${quota.join(", ")} } } }`;
};

const base = objectsOf(fabric(3), projectText({}));

function after(objects: ObjectSet, one: Step): ObjectSet {
  if (one.kind === "Project") return { ...objects, projects: objectsOf(projectText(one.limits)).projects };
  const services = new Map(objects.services);
  if (one.kind === "Delete") services.delete(`team/${one.name}`);
  else for (const [key, item] of objectsOf(one.text).services) services.set(key, item);
  return { ...objects, services };
}

const useIn = (objects: ObjectSet) => projectStandings(objects).get("team")?.use;
const quotaIn = (objects: ObjectSet) => objects.projects.get("team")?.object.spec.quota ?? {};

test("use never passes a quota that was not lowered below it", () => {
  let [accepted, refused] = [0, 0];
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (history) => {
      let objects = base;
      for (const one of history) {
        const next = after(objects, one);
        const [before, use, quota] = [useIn(objects), useIn(next), quotaIn(next)];
        const over = resources.filter((each) => (use?.[each] ?? 0) > (quota[each] ?? Infinity));
        const grown = over.filter((each) => (use?.[each] ?? 0) > (before?.[each] ?? 0));
        const found = admit(objects, next);
        if (grown.length > 0) expect(found.length, "growth over a quota is refused").toBeGreaterThan(0);
        if (found.length > 0) {
          refused++;
          continue;
        }
        accepted++;
        for (const each of over)
          expect(one.kind === "Project" || (use?.[each] ?? 0) <= (before?.[each] ?? 0)).toBe(true);
        objects = next;
      }
    }),
    { numRuns: 300 },
  );
  expect([accepted > 100, refused > 100]).toEqual([true, true]);
});

test("what is counted is what runs, once everything is settled", () => {
  fc.assert(
    fc.property(fc.array(service, { minLength: 1, maxLength: 6 }), (history) => {
      const objects = history.reduce(after, base);
      let [ledger, observed] = [emptyLedger, nothingObserved];
      for (let count = 0; count < 30; count++) {
        const { changes } = reconcile({ objects, ledger, observed, now: start });
        ledger = applyLedgerChanges(ledger, changes);
        observed = allReady(objects, ledger);
        if (changes.length === 0) break;
      }
      const running = [...ledger.values()].filter((entry) => entry.kind === "Instance").length;
      const addresses = [...ledger.values()].filter((entry) => entry.kind === "Vip").length;
      expect({ running, addresses }).toEqual({
        running: useIn(objects)?.instances,
        addresses: useIn(objects)?.addresses,
      });
    }),
    { numRuns: 50 },
  );
});
