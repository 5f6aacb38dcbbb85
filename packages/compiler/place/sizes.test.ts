/** Sizes that autoscale decided, and who may change them. */
import { expect, test } from "vitest";
import type { SizeEntry } from "../ledger-entries.ts";
import type { Ledger } from "../ledger.ts";
import { applyLedgerChanges } from "../ledger.ts";
import { reconcile } from "../reconcile.ts";
import { allReady, fabric, objectsOf, start, step } from "../testing.ts";

const shop = (tier: string): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: TCP, port: 7000 }]
  tiers: [{ name: main, workload: { image: host, command: [x], port: 7001 }, ${tier} }]
`;
const scaled = "autoscale: { min: 2, max: 4 }";

const running = (ledger: Ledger): number =>
  [...ledger.values()].filter((entry) => entry.kind === "Instance" && entry.tier === "main" && entry.phase === "Run")
    .length;

const size = (replicas: number, base = 1): SizeEntry => ({
  kind: "Size",
  project: "default",
  service: "shop",
  tier: "main",
  replicas,
  base,
});

function resized(text: string, ledger: Ledger, sizes: readonly SizeEntry[]): Ledger {
  const objects = objectsOf(fabric(2), text);
  const { changes } = reconcile({ objects, ledger, observed: allReady(objects, ledger), now: start, sizes });
  return applyLedgerChanges(ledger, changes);
}

test("it begins with replicas, within min and max, and then has the size that was decided", () => {
  const first = step(objectsOf(fabric(2), shop(scaled)));
  expect(running(first.ledger)).toBe(2);
  const grown = resized(shop(scaled), first.ledger, [size(3)]);
  expect(running(grown)).toBe(3);
  expect(running(resized(shop(scaled), grown, []))).toBe(3);
  expect(running(resized(shop(scaled), grown, [size(9)]))).toBe(4);
});

test("a person who changes replicas sets the size, and undoing that brings the other one back", () => {
  const grown = resized(shop(scaled), step(objectsOf(fabric(2), shop(scaled))).ledger, [size(4)]);
  const byHand = resized(shop(`replicas: 3, ${scaled}`), grown, []);
  expect(running(byHand)).toBe(3);
  expect(running(resized(shop(scaled), byHand, []))).toBe(4);
});

test("without autoscale the size is forgotten", () => {
  const grown = resized(shop(scaled), step(objectsOf(fabric(2), shop(scaled))).ledger, [size(4)]);
  const plain = resized(shop("replicas: 1"), grown, []);
  expect(running(plain)).toBe(1);
  expect(running(resized(shop(scaled), plain, []))).toBe(2);
});
