/** Tiers that start after others. */
import { expect, test } from "vitest";
import { applyLedgerChanges, emptyLedger, type Ledger } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { reconcile } from "./reconcile.ts";
import { settle } from "./settle.ts";
import { fabric, objectsOf, start } from "./testing.ts";

const shop = (web: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  tiers:
    - { name: web, after: [db], workload: { image: host, command: [${web}], port: 1 }, replicas: 2 }
    - { name: db, workload: { image: host, command: [db], port: 2 } }
`;
const nodes = new Map([["host1", { ready: true }]]);

function step(text: string, ledger: Ledger, ready: readonly string[]): { ledger: Ledger; said: readonly string[] } {
  const instances = new Map(ready.map((id) => [`default/${id}`, { phase: "Ready" as const }]));
  const observed: Observed = { instances, nodes };
  const { changes, explanations } = reconcile({ objects: objectsOf(fabric(1), text), ledger, observed, now: start });
  const said = explanations.map(
    ({ action, instance, reason }) => `${action} ${instance}${action === "Wait" ? `: ${reason}` : ""}`,
  );
  return { ledger: applyLedgerChanges(ledger, changes), said };
}

test("the first instances wait until the named tier is ready; those that are there wait for nothing", () => {
  const first = step(shop("one"), emptyLedger, []);
  expect(first.said).toEqual(["Wait shop-web: it starts when db is ready", "Place shop-db-1"]);
  const second = step(shop("one"), first.ledger, ["shop-db-1"]);
  expect(second.said).toEqual(["Place shop-web-1", "Place shop-web-2"]);
  const alone = step(shop("two"), second.ledger, ["shop-web-1", "shop-web-2"]);
  expect(alone.said).toEqual(["Place shop-web-3", "Place shop-web-4"]);
});

test("a plan shows where it leads", () => {
  const { ledger } = settle(objectsOf(fabric(1), shop("one")), emptyLedger, nodes, start);
  expect([...ledger.keys()].filter((key) => key.startsWith("instance/"))).toHaveLength(3);
});
