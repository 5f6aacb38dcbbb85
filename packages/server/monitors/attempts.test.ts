import { decodeObject, encodeObject, readContract, type Clause, type Service } from "@netwright/api";
import { fabric, inner, objectsOf, shop, step } from "@netwright/compiler/testing.ts";
import { expect, test } from "vitest";
import { attemptsOf } from "./attempts.ts";
import { siteOf } from "./site.ts";

const allow = "[{ from: { service: shop, tier: web }, to: main }]";
const other = shop().replaceAll("shop", "blog");
const first = step(objectsOf(fabric(2), shop({ web: 2, proxy: 3 }), other, inner("db", { allow })));
const { compiled, objects } = step(first.objects, first.ledger, first.observed);
const services = new Map([...objects.services].map(([key, { object }]) => [key, object]));
const siteWhere = (isReady: (id: string) => boolean) =>
  siteOf(compiled.states.values(), services, (_node, _project, id) => isReady(id));
const site = siteWhere(() => true);

/** As it is written in the shop. */
function clauseOf(written: object): Clause {
  const shopAsWritten = encodeObject(services.get("default/shop") as Service);
  const decoded = decodeObject({ ...shopAsWritten, spec: { ...shopAsWritten.spec, contract: { ensures: [written] } } });
  const clause = decoded.ok ? readContract(decoded.object)?.clauses[0] : undefined;
  if (clause === undefined) throw new Error(JSON.stringify(decoded));
  return clause;
}

const shown = (written: object, round = 0, of = site): readonly string[] =>
  attemptsOf(clauseOf(written), of, round).map(
    ({ node, source, target, probe, mustReach }) =>
      `${source}@${node} ${mustReach ? "->" : "-/>"} ${target} ${probe.protocol}/${probe.port}`,
  );

test("a must: whoever may, at what the target listens on; from the internet edges try, at the public address", () => {
  expect(shown({ from: "proxy", canReach: "web" })).toMatchInlineSnapshot(`
    [
      "shop-proxy-2@host1 -> shop-web-2 tcp/8080",
      "shop-proxy-2@host1 -> shop-web-1 tcp/8080",
      "shop-proxy-1@host2 -> shop-web-2 tcp/8080",
      "shop-proxy-1@host2 -> shop-web-1 tcp/8080",
    ]
  `);
  expect(shown({ from: "internet", canReach: { service: "shop" }, ports: [443] })).toMatchInlineSnapshot(`
    [
      "internet@edge1 -> shop tcp/443",
      "internet@edge2 -> shop tcp/443",
    ]
  `);
});

test("a way through tiers is tried step by step", () => {
  expect(shown({ from: "internet", canReach: "web", through: [{ tier: "proxy", service: "shop" }] }))
    .toMatchInlineSnapshot(`
    [
      "internet@edge1 -> shop tcp/80",
      "internet@edge1 -> shop tcp/443",
      "internet@edge2 -> shop tcp/80",
      "internet@edge2 -> shop tcp/443",
      "shop-proxy-2@host1 -> shop-web-2 tcp/8080",
      "shop-proxy-2@host1 -> shop-web-1 tcp/8080",
      "shop-proxy-1@host2 -> shop-web-2 tcp/8080",
      "shop-proxy-1@host2 -> shop-web-1 tcp/8080",
    ]
  `);
});

test("a must not: at both ends of what is written, else where the target listens, over each protocol", () => {
  expect(shown({ from: "web", cannotReach: "proxy", protocol: "TCP", ports: ["20-30", 99] })).toMatchInlineSnapshot(`
    [
      "shop-web-2@host1 -/> shop-proxy-2 tcp/20",
      "shop-web-2@host1 -/> shop-proxy-2 tcp/30",
      "shop-web-2@host1 -/> shop-proxy-2 tcp/99",
      "shop-web-2@host1 -/> shop-proxy-1 tcp/20",
      "shop-web-2@host1 -/> shop-proxy-1 tcp/30",
      "shop-web-2@host1 -/> shop-proxy-1 tcp/99",
      "shop-web-1@host2 -/> shop-proxy-2 tcp/20",
      "shop-web-1@host2 -/> shop-proxy-2 tcp/30",
      "shop-web-1@host2 -/> shop-proxy-2 tcp/99",
      "shop-web-1@host2 -/> shop-proxy-1 tcp/20",
      "shop-web-1@host2 -/> shop-proxy-1 tcp/30",
      "shop-web-1@host2 -/> shop-proxy-1 tcp/99",
    ]
  `);
  expect(shown({ from: "internet", cannotReach: "web" })).toMatchInlineSnapshot(`
    [
      "internet@edge1 -/> shop-web-2 tcp/8080",
      "internet@edge1 -/> shop-web-2 udp/8080",
      "internet@edge1 -/> shop-web-2 icmp/0",
      "internet@edge1 -/> shop-web-1 tcp/8080",
      "internet@edge1 -/> shop-web-1 udp/8080",
      "internet@edge1 -/> shop-web-1 icmp/0",
      "internet@edge2 -/> shop-web-2 tcp/8080",
      "internet@edge2 -/> shop-web-2 udp/8080",
      "internet@edge2 -/> shop-web-2 icmp/0",
      "internet@edge2 -/> shop-web-1 tcp/8080",
      "internet@edge2 -/> shop-web-1 udp/8080",
      "internet@edge2 -/> shop-web-1 icmp/0",
    ]
  `);
});

test("nobody else: those of the network who are not named, and the internet; never an instance itself", () => {
  expect(shown({ onlyFrom: "proxy", reaches: "web", protocol: "TCP" })).toMatchInlineSnapshot(`
    [
      "blog-proxy-1@host1 -/> shop-web-2 tcp/8080",
      "blog-proxy-1@host1 -/> shop-web-1 tcp/8080",
      "blog-web-1@host1 -/> shop-web-2 tcp/8080",
      "blog-web-1@host1 -/> shop-web-1 tcp/8080",
      "shop-web-2@host1 -/> shop-web-1 tcp/8080",
      "db-main-1@host2 -/> shop-web-2 tcp/8080",
      "db-main-1@host2 -/> shop-web-1 tcp/8080",
      "shop-web-1@host2 -/> shop-web-2 tcp/8080",
      "internet@edge1 -/> shop-web-2 tcp/8080",
      "internet@edge1 -/> shop-web-1 tcp/8080",
      "internet@edge2 -/> shop-web-2 tcp/8080",
      "internet@edge2 -/> shop-web-1 tcp/8080",
    ]
  `);
});

test("waypoints of other services have ways of their own", () => {
  const tried = shown({
    from: "internet",
    canReach: "web",
    through: [{ network: "web", tier: "proxy" }],
    ports: [8080],
  });
  expect(tried).toMatchInlineSnapshot(`
    [
      "internet@edge1 -> shop tcp/80",
      "internet@edge1 -> shop tcp/443",
      "internet@edge2 -> shop tcp/80",
      "internet@edge2 -> shop tcp/443",
      "shop-proxy-2@host1 -> shop-web-2 tcp/8080",
      "shop-proxy-2@host1 -> shop-web-1 tcp/8080",
      "shop-proxy-1@host2 -> shop-web-2 tcp/8080",
      "shop-proxy-1@host2 -> shop-web-1 tcp/8080",
    ]
  `);
});

test("instances of a tier on one host take turns, and what is not ready is left out", () => {
  const written = { from: "proxy", canReach: "web" };
  const sources = (round: number, of = site): readonly string[] => [
    ...new Set(shown(written, round, of).map((each) => each.split("@", 1)[0] ?? "")),
  ];
  expect(sources(0)).not.toEqual(sources(1));
  expect(sources(0)).toEqual(sources(2));
  expect(
    sources(
      0,
      siteWhere((id) => id !== "shop-proxy-1"),
    ),
  ).not.toContain("shop-proxy-1");
});
