import type { Event } from "@netwright/api";
import { expect, test } from "vitest";
import { condition, wireObject } from "../testing/objects.ts";
import { renderDescription } from "./description.ts";

const event = (message: string): Event => ({
  revision: 1,
  at: "2026-01-02T03:04:05.678Z",
  object: "service/shop",
  type: "Normal",
  reason: "Placed",
  message,
});

const service = wireObject("Service", "shop", {
  metadata: { project: "team" },
  spec: {
    network: "web",
    pool: "default",
    expose: [{ protocol: "HTTPS", hostname: "shop.example.net", port: 443, certificate: "auto" }],
    tiers: [
      { name: "lb", replicas: 2, spread: "required" },
      {
        name: "web",
        replicas: 1,
        spread: "preferred",
        workload: { image: "host", port: 8080, files: [{ path: "/x", content: "a secret page" }] },
        health: { http: "/healthz" },
      },
    ],
    allow: [{ from: { service: "mail", tier: "web" }, to: "web", port: 8080, protocol: "TCP" }],
  },
  status: {
    conditions: [condition("Ready", "True", { message: "every listener is served" })],
    stages: [{ stage: "address", took: 3.2, detail: "2001:db8:100::1" }],
  },
});

test("what autoscale makes of tiers: sizes, why, the last change, and the bottleneck", () => {
  const tier = { tier: "web", desired: 3, current: 2, min: 1, max: 3, floor: 1, reason: "AtMaximum" };
  const told = { message: "web stays at 3: at most 3", since: "2026-01-02T03:04:05.678Z" };
  const last = { at: "2026-01-02T03:04:04.678Z", from: 2, to: 3, reason: "MetricAboveTarget", message: "web 2 -> 3" };
  const proxy = { ...tier, ...told, tier: "proxy", floor: 2, message: "proxy stays at 2" };
  const autoscale = { bottleneck: "web", tiers: [{ ...proxy }, { ...tier, ...told, last }] };
  const text = renderDescription(wireObject("Service", "shop", { spec: {}, status: { autoscale } }), []);
  expect(text).toMatch(/^ +bottleneck +web$/m);
  expect(text.slice(text.indexOf("autoscale\n"))).toBe(`autoscale
  TIER   DESIRED  CURRENT  MIN  MAX  FLOOR  SINCE                 WHY
  proxy  3        2        1    3    2      2026-01-02T03:04:05Z  proxy stays at 2
  web    3        2        1    3    -      2026-01-02T03:04:05Z  web stays at 3: at most 3

last changes of size
  TIER  AT                    WHY
  web   2026-01-02T03:04:04Z  web 2 -> 3
`);
});

test("a service: facts, tables of what it has, rules of its network, events", () => {
  const rules = [
    { host: "host1", rules: 2 },
    { host: "host2", rules: 1 },
  ];
  const network = wireObject("Network", "web", { status: { rules, ruleUnion: 3 } });
  expect(renderDescription(service, [event("shop-web-1 on host1")], { network })).toBe(`team/service/shop: Ready
  ready    0/0
  address  -
  hosts    -
  url      https://shop.example.net/
  project  team
  network  web
  pool     default

conditions
  TYPE   STATUS  SINCE                 REASON  MESSAGE
  Ready  True    2026-01-02T03:04:05Z  Ready   every listener is served

listeners
  PROTOCOL  HOSTNAME          PORT  CERTIFICATE
  HTTPS     shop.example.net  443   auto

tiers
  NAME  REPLICAS  SPREAD     IMAGE  PORT  HEALTH
  lb    2         required   -      -     -
  web   1         preferred  host   8080  http /healthz

allowed from other services
  FROM      TO   PORT
  mail/web  web  tcp/8080

stages of the last change
  STAGE    TOOK  DETAIL
  address  3 ms  2001:db8:100::1

firewall rules of network web
  HOST                  RULES
  host1                 2
  host2                 1
  one central firewall  3

events
  2026-01-02T03:04:05Z  Normal   Placed: shop-web-1 on host1
`);
});

test("only the newest events", () => {
  const events = Array.from({ length: 30 }, (_, index) => event(`number ${index}`));
  const text = renderDescription(wireObject("AddressPool", "default"), events);
  expect(text).not.toContain("number 9\n");
  expect(text).toContain("number 10\n");
  expect(text.split("\n")[0]).toBe("addresspool/default");
});

const web = wireObject("Instance", "shop-web-1", {
  spec: { service: "shop", tier: "web", host: "host1", address: "fd00::1", network: "web" },
  status: { phase: "Unhealthy", reason: "CheckFailed", message: "answered 500", pid: 7, restarts: 2 },
});

test("an instance has its phase in the title, and says why", () => {
  const text = renderDescription(web, []);
  expect(text).toMatch(/^instance\/shop-web-1: Unhealthy\n/);
  expect(text).toMatch(/^ {2}service +shop\n {2}tier +web$/m);
  expect(text).toMatch(/^ {2}message +answered 500$/m);
});

test("a host lists its instances", () => {
  const text = renderDescription(wireObject("Host", "host1"), [], { instances: [web] });
  expect(text).toMatch(/^instances\n {2}NAME +STATUS +REASON .*\n {2}shop-web-1 +Unhealthy +CheckFailed /m);
});

test("a pool: who has which of its addresses", () => {
  const pool = wireObject("AddressPool", "default", { spec: { prefixes: ["2001:db8:100::/64"] } });
  const held = (name: string, address: string, from: string) =>
    wireObject("Service", name, { metadata: { project: "team" }, status: { addresses: [{ address, pool: from }] } });
  const services = [held("shop", "2001:db8:100::1", "default"), held("mail", "2001:db8:200::1", "other")];
  expect(renderDescription(pool, [], { services })).toContain(`held by
  ADDRESS          SERVICE
  2001:db8:100::1  team/service/shop
`);
});
