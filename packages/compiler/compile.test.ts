import { expect, test } from "vitest";
import { printGolden } from "./print-golden.ts";
import { fabric, inner, objectsOf, shop, step, type World } from "./testing.ts";

const expectGolden = async (name: string, { compiled, reconciled }: World): Promise<void> => {
  expect(reconciled.diagnostics).toEqual([]);
  const { states, dns, services } = compiled;
  const text = printGolden({ states: [...states.values()], dns, services: [...services.values()] });
  await expect(`${text}\n`).toMatchFileSnapshot(`testdata/${name}.json`);
};

test("a shop on one host", async () => {
  await expectGolden("one-host-shop", step(objectsOf(fabric(1), shop())));
});

test("a shop spread over three hosts", async () => {
  await expectGolden("three-host-shop", step(objectsOf(fabric(3), shop({ web: 3, proxy: 2, lb: 2 }))));
});

test("two services with an allow rule", async () => {
  const database = inner("db", { allow: "[{ from: { service: shop, tier: web }, to: main }]" });
  await expectGolden("allow-rule", step(objectsOf(fabric(2), shop(), database)));
});

test("two tenant networks with overlapping prefixes", async () => {
  const network = (project: string): string =>
    `{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: web, project: ${project} }, spec: { prefix: "fd77:0:0:1::/64" } }`;
  const projects = ["blue", "green"];
  await expectGolden(
    "overlapping-networks",
    step(objectsOf(fabric(1), ...projects.map(network), ...projects.map((project) => inner("db", { project })))),
  );
});

test("the same input gives the same bytes, in whatever order it comes", () => {
  const manifests = [fabric(3), shop({ web: 3 }), inner("db")];
  const a = step(objectsOf(...manifests));
  const b = step(objectsOf(...manifests.toReversed()));
  const bytes = (world: World): string =>
    JSON.stringify([...world.compiled.states]).replaceAll(/"source":\{[^}]*\}/g, "");
  expect(bytes(b)).toBe(bytes(a));
  expect([...b.ledger]).toEqual([...a.ledger]);
});
