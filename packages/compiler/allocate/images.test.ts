/** All instances of a tier run the same bits: what a name stood for when it was first looked up. */
import type { Service } from "@netwright/api";
import type { Digest } from "@netwright/base";
import type { ContainerRun } from "@netwright/contract";
import { expect, test } from "vitest";
import { applyLedgerChanges, emptyLedger, type Ledger } from "../ledger.ts";
import { reconcile } from "../reconcile.ts";
import { fabric, objectsOf, start, step } from "../testing.ts";
import { pinsOf } from "./images.ts";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest;
const name = "registry.example.net/shop:1";

const shop = (image: string, more = "", replicas = 2): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  tiers: [{ name: web, workload: { image: "${image}", port: 8080 ${more} }, replicas: ${replicas} }]
`;

type World = ReturnType<typeof step>;

/** Reconciles with what hosts found. */
function look(text: string, before?: World, images: Readonly<Record<string, string>> = {}): World {
  const found = new Map(Object.entries(images).map(([key, letter]) => [key, digest(letter)]));
  const observed = before === undefined ? undefined : { ...before.observed, images: found };
  return step(objectsOf(fabric(2), text), before?.ledger ?? emptyLedger, observed, start);
}

const runs = ({ compiled }: World): readonly ContainerRun[] =>
  [...compiled.states.values()]
    .flatMap(({ networks }) => networks.flatMap(({ workloads }) => workloads.map(({ run }) => run)))
    .filter((run) => run.kind === "Container");
const digests = (world: World) => runs(world).map((run) => run.digest?.at(-1) ?? "none");
const entries = (ledger: Ledger) => [...ledger.keys()].filter((key) => key.startsWith("image/"));

test("nothing is said of a digest until a host has found it, then all hosts are told the same", () => {
  const first = look(shop(name));
  expect(digests(first)).toEqual(["none", "none"]);
  const found = look(shop(name), first, { [name]: "a" });
  expect(digests(found)).toEqual(["a", "a"]);
  expect(runs(found).every((run) => run.image === name)).toBe(true);
});

test("a tag that moves changes nothing: not for those that run, nor for those that come", () => {
  const found = look(shop(name), look(shop(name)), { [name]: "a" });
  const grown = look(shop(name, "", 4), found, { [name]: "b" });
  expect(digests(grown)).toEqual(["a", "a", "a", "a"]);
  const changed = look(shop(name, ", env: [{ name: X, value: y }]"), grown, { [name]: "b" });
  expect(new Set(digests(changed))).toEqual(new Set(["a"]));
});

test("another name is looked up anew, and the old one is forgotten with the last instance of it", () => {
  const found = look(shop(name), look(shop(name)), { [name]: "a" });
  const next = name.replace(":1", ":2");
  const both = look(shop(next), found);
  expect(digests(both).toSorted()).toEqual(["a", "a", "none", "none"]);
  let world = look(shop(next), both, { [next]: "b" });
  for (let round = 0; round < 4; round++) world = look(shop(next), world, {});
  expect(digests(world)).toEqual(["b", "b"]);
  expect(entries(world.ledger)).toEqual([`image/default/shop/web/${next}`]);
  expect(entries(look("", world).ledger)).toEqual([]);
});

test("what a manifest pins itself is known at once, and host has no digest", () => {
  expect(digests(look(shop(`registry.example.net/shop@${digest("c")}`)))).toEqual(["c", "c"]);
  const host = look(shop("host", ", command: [x]"));
  expect(runs(host).every((run) => !("digest" in run) && !("args" in run))).toBe(true);
  expect(entries(look(shop("host", ", command: [x]"), host, { host: "a" }).ledger)).toEqual([]);
});

test("what a name stood for comes back with an undo, though the tag has moved since", () => {
  const found = look(shop(name), look(shop(name)), { [name]: "a" });
  const pins = pinsOf(found.ledger, [...found.objects.services.values()][0]?.object as Service);
  const next = name.replace(":1", ":2");
  let world = look(shop(next), found, { [next]: "b" });
  for (let round = 0; round < 4; round++) world = look(shop(next), world, {});
  const objects = objectsOf(fabric(2), shop(name));
  const input = {
    objects,
    ledger: world.ledger,
    observed: { ...world.observed, images: new Map([[name, digest("c")]]) },
  };
  const { changes } = reconcile({ ...input, now: start, pins });
  const ledger = applyLedgerChanges(world.ledger, changes);
  expect(ledger.get(`image/default/shop/web/${name}`)).toMatchObject({ digest: digest("a") });
});
