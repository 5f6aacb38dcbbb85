import { describe, expect, test } from "vitest";
import { fabric, inner, objectsOf, shop, step } from "../testing.ts";

/** Code, subject, field and message of everything that is wrong. */
const found = (...manifests: readonly string[]): string[] =>
  step(objectsOf(...manifests)).reconciled.diagnostics.map(
    ({ code, subject, field, message }) => `${code} ${subject} ${field}: ${message}`,
  );

const pool = (name: string, prefix: string): string =>
  `{ apiVersion: netwright.dev/v1alpha1, kind: AddressPool, metadata: { name: ${name} }, spec: { prefixes: ["${prefix}"] } }`;

describe("references", () => {
  test("a pool that is not there, with those that are", () => {
    const { diagnostics } = step(
      objectsOf(fabric(1), shop().replace("network: web", "network: web\n  pool: gold")),
    ).reconciled;
    expect(diagnostics).toMatchObject([
      {
        code: "NW1301",
        field: "spec.pool",
        message: "there is no AddressPool gold",
        hint: "known: default",
        source: { file: "test.yaml" },
      },
    ]);
  });

  test("routers and hosts at the other end of links", () => {
    const lost = fabric(1).replace(
      "uplinks:\n    - { interface: edge1, router: edge1",
      "uplinks:\n    - { interface: edge1, router: edge9",
    );
    expect(found(lost)).toEqual(["NW1301 host/host1 spec.uplinks[0].router: there is no Router edge9"]);
    expect(found(fabric(1).replace("host: host1", "host: host9"))).toEqual([
      "NW1301 router/edge1 spec.links[2].host: there is no Host host9",
    ]);
  });

  test("services and tiers in allow", () => {
    const allow = (from: string): string => inner("db", { allow: `[{ from: ${from}, to: main }]` });
    expect(found(fabric(1), allow("{ service: shop, tier: web }"))).toEqual([
      "NW1301 service/db spec.allow[0].from.service: there is no Service shop in project default",
    ]);
    expect(found(fabric(1), shop(), allow("{ service: shop, tier: wep }"))).toEqual([
      "NW1301 service/db spec.allow[0].from.tier: service shop has no tier wep that opens connections",
    ]);
    expect(found(fabric(1), shop(), allow("{ service: shop, tier: lb }"))).toEqual([
      "NW1301 service/db spec.allow[0].from.tier: service shop has no tier lb that opens connections",
    ]);
    expect(found(fabric(1), shop(), allow("{ service: shop, tier: proxy }"))).toEqual([]);
  });

  test("names in contracts: project, service, network and tier, each at its place", () => {
    const contract = `
apiVersion: netwright.dev/v1alpha1
kind: Contract
metadata: { name: site }
spec:
  ensures:
    - { from: internet, canReach: { service: shpo } }
    - { from: { project: bleu }, cannotReach: [{ tier: web }, { tier: wbe }] }
    - { onlyFrom: { network: webb }, reaches: { service: shop, tier: db } }
    - { from: internet, reaches: { service: shop, network: web, tier: web }, onlyThrough: [{ tier: lb }, { service: shop, tier: fw }] }
    - { from: { labels: { a: b } }, cannotReach: { project: blue, tier: main } }
`;
    const mine = shop().replace(
      "network: web",
      "network: web\n  contract: { ensures: [{ from: internet, canReach: wep }] }",
    );
    const network = `{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: web }, spec: { contract: { ensures: [{ from: { service: db }, cannotReach: { tier: web } }] } } }`;
    const theirs = inner("db", { project: "blue" });
    const all = [fabric(1), mine, theirs, network, contract];
    expect(found(...all).filter((text) => text.startsWith("NW13"))).toEqual([
      "NW1301 service/shop spec.contract.ensures[0].canReach: there is no tier wep of Service shop in project default",
      "NW1301 network/web spec.contract.ensures[0].from.service: there is no Service db in project default",
      "NW1301 contract/site spec.ensures[0].canReach.service: there is no Service shpo in project default",
      "NW1301 contract/site spec.ensures[1].from.project: there is no Project bleu",
      "NW1301 contract/site spec.ensures[1].cannotReach[1].tier: there is no tier wbe in project default",
      "NW1301 contract/site spec.ensures[2].onlyFrom.network: there is no Network webb in project default",
      "NW1301 contract/site spec.ensures[2].reaches.tier: there is no tier db of Service shop in project default",
      "NW1301 contract/site spec.ensures[3].onlyThrough[1].tier: there is no tier fw of Service shop in project default",
    ]);
    const hints = step(objectsOf(...all)).reconciled.diagnostics.map(({ hint, source }) => [hint, source?.file]);
    expect(hints.slice(0, 4)).toEqual([
      ["did you mean web?", "test.yaml"],
      ["known: shop", "test.yaml"],
      ["did you mean shop?", "test.yaml"],
      ["did you mean blue?", "test.yaml"],
    ]);
  });

  test("a flow from another network is refused as not built", () => {
    const db = inner("db", { network: "other", allow: "[{ from: { service: shop, tier: web }, to: main }]" });
    expect(found(fabric(1), shop(), db)).toEqual([
      "NW1206 service/db spec.allow[0].from: service shop is in another network; flows between networks are not built yet",
    ]);
  });
});

test("a flow between projects is refused alike, whether there is such a service or not", () => {
  const allow = "[{ from: { service: shop, tier: web, project: blue }, to: main }]";
  const refusal =
    "NW1206 service/db spec.allow[0].from.project: networks of different projects are never joined: a flow between projects cannot be allowed";
  const theirs = shop().replace("name: shop }", "name: shop, project: blue }");
  expect(found(fabric(1), inner("db", { allow }))).toEqual([refusal]);
  expect(found(fabric(1), theirs, inner("db", { allow }))).toEqual([refusal]);
});

test("of pools, only those are named that the project may use", () => {
  const team =
    "{ apiVersion: netwright.dev/v1alpha1, kind: Project, metadata: { name: team }, spec: { pools: [gold, silver] } }";
  const service = shop().replace("name: shop }", "name: shop, project: team }").replace("network: web", "pool: gold");
  const { diagnostics } = step(objectsOf(fabric(1), team, pool("silver", "2001:db8:7::/64"), service)).reconciled;
  expect(diagnostics).toMatchObject([{ code: "NW1301", hint: "known: silver" }]);
});

describe("conflicts", () => {
  test("overlapping pools, and pools over the underlay", () => {
    expect(found(fabric(1), pool("second", "2001:db8:100::/80"))).toEqual([
      "NW1302 addresspool/second spec.prefixes[0]: 2001:db8:100::/80 overlaps 2001:db8:100::/64 of addresspool/default",
    ]);
    expect(found(fabric(1), pool("second", "fd00::/48"))).toEqual([
      "NW1302 addresspool/second spec.prefixes[0]: fd00::/48 covers the tunnel end point fd00:0:0:1::1 of host/host1",
    ]);
  });

  test("what was there first keeps what it has, whatever the names", () => {
    const made = (name: string, at: string): string =>
      pool(name, "2001:db8:7::/64").replace(`name: ${name}`, `name: ${name}, createdAt: "${at}"`);
    expect(found(made("zebra", "2026-01-01T00:00:00Z"), made("ant", "2026-02-01T00:00:00Z"))).toEqual([
      "NW1302 addresspool/ant spec.prefixes[0]: 2001:db8:7::/64 overlaps 2001:db8:7::/64 of addresspool/zebra",
    ]);
  });

  test("host numbers, AS numbers and tunnel end points", () => {
    const twice = fabric(2).replace("  id: 2\n", "  id: 1\n").replace("vtep: fd00:0:0:1::2", "vtep: fd00:0:0:1::1");
    expect(found(twice)).toEqual([
      "NW1302 host/host2 spec.id: host number 1 is claimed by host/host1 too",
      "NW1302 host/host2 spec.asn: AS number 4200000001 is claimed by host/host1 too",
      "NW1302 host/host2 spec.vtep: tunnel end point fd00:0:0:1::1 is claimed by host/host1 too",
    ]);
  });

  test("BGP identifiers", () => {
    expect(found(fabric(1).replace("10.0.0.2", "10.0.0.1"))).toEqual([
      "NW1302 router/edge2 spec.routerId: BGP identifier 10.0.0.1 is claimed by router/edge1 too",
    ]);
    expect(found(fabric(1).replace("10.0.0.2", "10.64.0.1"))).toEqual([
      "NW1302 router/edge2 spec.routerId: BGP identifier 10.64.0.1 is claimed by host/host1 too",
    ]);
  });

  test("one hostname and port in two services, also of two projects", () => {
    const other = shop().replace("name: shop }", "name: shop2, project: blue }");
    expect(found(fabric(1), shop(), other)).toEqual([
      "NW1302 service/shop spec.expose[0].hostname: shop.example.net:443 is in use in another project",
    ]);
  });

  test("instance names that would be the same", () => {
    const [a, b] = [inner("a").replace("name: main", "name: b-c"), inner("a-b").replace("name: main", "name: c")];
    expect(found(fabric(1), a, b)).toEqual([
      "NW1302 service/a-b spec.tiers[0]: instance name a-b-c-N is claimed by service/a too",
    ]);
  });

  test("a tenant prefix inside a pool", () => {
    const network = `{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: web }, spec: { prefix: "2001:db8:100::/64" } }`;
    expect(found(fabric(1), network)).toEqual([
      "NW1302 network/web spec.prefix: 2001:db8:100::/64 overlaps 2001:db8:100::/64 of addresspool/default",
    ]);
  });

  test("a prefix that instances have addresses in cannot change", () => {
    const network = (prefix: string): string =>
      `{ apiVersion: netwright.dev/v1alpha1, kind: Network, metadata: { name: web }, spec: { prefix: "${prefix}" } }`;
    const one = step(objectsOf(fabric(1), network("fd77::/64"), inner("db")));
    const { diagnostics } = step(
      objectsOf(fabric(1), network("fd78::/64"), inner("db")),
      one.ledger,
      one.observed,
    ).reconciled;
    expect(diagnostics).toMatchObject([
      {
        code: "NW1303",
        subject: "network/web",
        field: "spec.prefix",
        message: "instances have addresses in fd77::/64; the prefix cannot change now",
      },
    ]);
  });
});
