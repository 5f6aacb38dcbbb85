import { expect, test } from "vitest";
import { printGolden } from "./testing/print-golden.ts";
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

test("a load balancer that drains still balances what comes, and announces no more", () => {
  const two = step(objectsOf(fabric(2), shop({ lb: 2 })));
  const { compiled, ledger } = step(objectsOf(fabric(2), shop({ lb: 1 })), two.ledger, two.observed);
  expect(ledger.get("instance/default/shop-lb-2")).toMatchObject({ host: "host2", phase: "Drain" });
  const host = compiled.states.get("host2");
  expect(host?.networks[0]?.loadBalancers.map(({ port }) => port)).toEqual([80, 443]);
  expect(host?.bgp.announce).toEqual([]);
  expect(compiled.states.get("host1")?.bgp.announce).toEqual(["2001:db8:100::1/128"]);
});

test("two sessions with one router have names of their own", () => {
  const second = `    - { interface: edge1b, router: edge1, localAddress: "fd00:0:0:2:9::1", peerAddress: "fd00:0:0:2:9::" }`;
  const { compiled } = step(objectsOf(fabric(1).replace("  uplinks:\n", `  uplinks:\n${second}\n`)));
  const names = (node: string): string[] | undefined =>
    compiled.states.get(node)?.bgp.neighbors.map(({ name }) => name);
  expect(names("host1")).toEqual(["edge1", "edge1-2", "edge2"]);
  expect(names("edge1")).toEqual(["edge2", "host1", "host1-2", "provider"]);
});
