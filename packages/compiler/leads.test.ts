/** Tiers that come between two others, and go from between them, while requests come. */
import { expect, test } from "vitest";
import { foresee } from "./foresee.ts";
import type { LeadsEntry } from "./ledger-entries.ts";
import type { ObjectSet } from "./objects.ts";
import { planOf } from "./plan.ts";
import { defaultDrainTimeout } from "./reconcile.ts";
import { fabric, inner, objectsOf, start } from "./testing.ts";
import { Situation } from "./testing/situations.ts";

const ports: Readonly<Record<string, number>> = { web: 8080, between: 8081, app: 8082 };

/** A tier by its name; `web!` runs something else than `web`. */
const tier = (text: string): string => {
  const name = text.replace("!", "");
  return `    - { name: ${name}, workload: { image: host, command: ["${text}"], port: ${ports[name]} } }`;
};
const chain = (...tiers: readonly string[]): ObjectSet => chainOf(tiers, tier);
/** With an instance of each tier on both hosts. */
const wide = (...tiers: readonly string[]): ObjectSet =>
  chainOf(tiers, (name) => tier(name).replace("workload:", "replicas: 2, spread: required, workload:"));
const chainOf = (tiers: readonly string[], print: (tier: string) => string): ObjectSet =>
  objectsOf(
    fabric(2),
    `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
${tiers.map(print).join("\n")}
`,
  );

const leadsOf = ({ ledger }: Situation): LeadsEntry["leads"] | undefined => {
  const entry = ledger.get("leads/default/shop");
  return entry?.kind === "Leads" ? entry.leads : undefined;
};

/** Members of every proxy. */
function members({ compiled }: Situation): readonly string[] {
  const runs = [...compiled.states.values()].flatMap(({ networks }) =>
    networks.flatMap(({ workloads }) => workloads.flatMap(({ run }) => (run.kind === "Proxy" ? [run] : []))),
  );
  return [...new Set(runs.flatMap(({ backends }) => backends.flatMap((each) => each.members)))]
    .map(({ instance }) => instance)
    .toSorted();
}

/** `proxy web 8080` for every rule of any host. */
function rules({ compiled, instances }: Situation): readonly string[] {
  const names = new Map(instances.map((each) => [each.class, each.tier]));
  const all = [...compiled.states.values()].flatMap(({ networks }) => networks.flatMap(({ policy }) => policy));
  return [...new Set(all.map(({ from, to, port }) => `${names.get(from)} ${names.get(to)} ${port}`))].toSorted();
}

const stuck = (world: Situation, host: string, inForce = false): Situation =>
  world.node(host, { ready: true, inForce, settled: inForce });

test("what is applied first leads on at once: nothing is served that could break", () => {
  const world = new Situation(chain("web", "app"));
  expect(leadsOf(world)).toEqual({ proxy: { to: "web" }, web: { to: "app" } });
  expect(new Situation(objectsOf(fabric(1), inner("db"))).kinds()).not.toContain("Leads");
});

test("a tier that comes between gets requests once all that is there of it is ready", () => {
  const world = new Situation(chain("web"));
  world.unready("shop-between-1").settle(chain("between", "web"));
  expect(leadsOf(world)).toEqual({ proxy: { to: "web", next: "between" }, between: { to: "web" } });
  expect(members(world)).toEqual(["shop-web-1"]);
  expect(rules(world)).toEqual(["between web 8080", "proxy between 8081", "proxy web 8080"]);
  expect(world.last?.nextAt).toBe(world.now + 1000);

  expect(world.ready().settle()).toEqual(["Switch shop-proxy: proxy leads to between, no longer to web"]);
  expect(members(world)).toEqual(["shop-between-1"]);
  // What is open to the tier before may end.
  expect(rules(world)).toContain("proxy web 8080");
  expect(world.last?.nextAt).toBe(world.now + defaultDrainTimeout);
  world.pass(defaultDrainTimeout).settle();
  expect(rules(world)).toEqual(["between web 8080", "proxy between 8081"]);
  expect(leadsOf(world)).toEqual({ proxy: { to: "between" }, between: { to: "web" } });
});

test("and once every host of the service has its rules; the name of the service goes along", () => {
  const world = stuck(new Situation(wide("web")), "host2");
  world.settle(wide("between", "web"));
  const named = () =>
    [...world.compiled.states.values()].flatMap(({ networks }) =>
      networks.flatMap(({ names = [] }) => names.filter(({ name }) => name === "shop")),
    )[0]?.addresses;
  const addresses = (name: string) => world.instances.flatMap((each) => (each.tier === name ? each.address : []));
  expect(members(world)).toEqual(["shop-web-1", "shop-web-2"]);
  expect(named()).toEqual(addresses("web"));
  stuck(world, "host2", true).settle();
  expect(members(world)).toEqual(["shop-between-1", "shop-between-2"]);
  expect(named()).toEqual(addresses("between"));
});

test("a host that is not heard of is not waited for, and neither is what it has of the tier", () => {
  const world = stuck(new Situation(wide("web")), "host2");
  world.settle(wide("between", "web"));
  expect(members(world)).toEqual(["shop-web-1", "shop-web-2"]);
  world.node("host2", { ready: false, heardAt: world.now }).settle();
  expect(members(world)).toEqual(["shop-between-1", "shop-between-2"]);
});

test("where the only instance of the tier is on such a host, the one in its place is waited for", () => {
  const world = new Situation(chain("web"));
  world.unready("shop-between-1").settle(chain("between", "web"));
  const host = world.instances.find(({ tier: name }) => name === "between")?.host ?? "";
  world.node(host, { ready: false, heardAt: world.now }).settle();
  expect(leadsOf(world)?.["proxy"]).toMatchObject({ to: "web", next: "between" });
  world.pass(30_000).settle();
  expect(members(world)).toEqual(["shop-between-2"]);
});

test("a proxy on a host that is silent may know the former way alone, until the host counts as lost", () => {
  const world = new Situation(chain("web"));
  const host = world.instances.find(({ tier: name }) => name === "proxy")?.host ?? "";
  world.step(chain("between", "web"));
  world.settle();
  expect(members(world)).toEqual(["shop-between-1"]);
  world.node(host, { ready: false, heardAt: world.now });
  world.pass(defaultDrainTimeout).settle();
  expect(rules(world)).toContain("proxy web 8080");
  world.pass(30_000 - defaultDrainTimeout).settle();
  expect(rules(world)).toEqual(["between web 8080", "proxy between 8081"]);
});

test("one that is removed serves until the rules of the new way are everywhere, then until its proxies know", () => {
  const world = stuck(new Situation(chain("between", "web")), "host1");
  world.settle(chain("web"));
  expect(members(world)).toEqual(["shop-between-1"]);
  expect(world.placed("between")).toEqual([expect.stringMatching(/^shop-between-1 host\d former$/)]);
  expect(rules(world)).toEqual(["between web 8080", "proxy between 8081", "proxy web 8080"]);
  // Nothing less than a report after the switch tells that a proxy knows.
  world.ready().step();
  expect(leadsOf(world)?.["proxy"]).toEqual({ to: "web", former: [{ to: "between", until: world.now }] });
  expect(members(world)).toEqual(["shop-web-1"]);
  for (const host of ["host1", "host2"]) stuck(world, host);
  world.settle();
  expect(world.placed("between")).toEqual([expect.stringMatching(/ former$/)]);
  world.ready();
  expect(world.step().explanations.map(({ action, instance }) => `${action} ${instance}`)).toEqual([
    "Drain shop-between-1",
  ]);
  world.settle();
  expect(world.placed("between")).toEqual([]);
  expect(rules(world)).toEqual(["proxy web 8080"]);
});

test("a manifest that is put back before anything was switched leaves everything as it was", () => {
  const world = new Situation(chain("web"));
  const before = leadsOf(world);
  world.unready("shop-between-1").settle(chain("between", "web"));
  world.settle(chain("web"));
  expect(leadsOf(world)).toEqual(before);
  expect(members(world)).toEqual(["shop-web-1"]);
});

test("a removed tier that comes back goes on serving beside its new instances", () => {
  const world = stuck(new Situation(chain("between", "web")), "host1");
  world.settle(chain("web"));
  world.unready("shop-between-2").settle(chain("between", "web"));
  expect(members(world)).toEqual(["shop-between-1", "shop-between-2"]);
  world.ready().settle();
  expect(members(world)).toEqual(["shop-between-2"]);
});

test("nobody waits for a tier without replicas, and nobody leads to one without instances", () => {
  const world = new Situation(chain("web"));
  const none = chain("between", "web");
  const [key, service] = [...none.services][0] ?? ["", undefined];
  if (service === undefined) throw new RangeError("there is a service");
  const { object } = service;
  const tiers = object.spec.tiers.map((each) => (each.name === "between" ? { ...each, replicas: 0 } : each));
  const scaled = { ...service, object: { ...object, spec: { ...object.spec, tiers } } };
  world.settle({ ...none, services: new Map([[key, scaled]]) });
  expect(leadsOf(world)?.["proxy"]?.to).toBe("between");
  world.settle(chain("web"));
  expect(members(world)).toEqual(["shop-web-1"]);
});

test("between workloads: new instances come when what they lead to serves, old ones keep their way", () => {
  const world = new Situation(chain("web", "app"));
  world.unready("shop-between-1").settle(chain("web!", "between", "app"));
  expect(leadsOf(world)?.["web"]).toEqual({ to: "app", next: "between" });
  expect(world.placed("web")).toHaveLength(1);
  expect(rules(world)).toEqual(["between app 8082", "proxy web 8080", "web app 8082", "web between 8081"]);

  world.ready().unready("shop-web-2").settle();
  expect(world.placed("web")).toHaveLength(2);
  world.pass(defaultDrainTimeout).settle();
  expect(rules(world)).toContain("web app 8082");
  world.ready().settle();
  expect(world.placed("web")).toEqual([expect.stringMatching(/^shop-web-2 host\d$/)]);
  expect(rules(world)).toEqual(["between app 8082", "proxy web 8080", "web between 8081"]);

  // The way back: the tier stays for those who know no other way.
  world.unready("shop-web-3").settle(chain("web", "app"));
  expect(world.placed("between")).toEqual([expect.stringMatching(/ former$/)]);
  expect(rules(world)).toEqual(["between app 8082", "proxy web 8080", "web app 8082", "web between 8081"]);
  world.ready().settle();
  expect(world.placed("between")).toEqual([]);
  expect(rules(world)).toEqual(["proxy web 8080", "web app 8082"]);
});

test("a last tier that is removed stays for those who know no other way", () => {
  const world = new Situation(chain("web", "app"));
  world.unready("shop-web-2").settle(chain("web!"));
  expect(leadsOf(world)?.["web"]).toMatchObject({ to: null, former: [{ to: "app" }] });
  expect(world.placed("app")).toEqual([expect.stringMatching(/ former$/)]);
  expect(rules(world)).toEqual(["proxy web 8080", "web app 8082"]);
  world.ready().settle();
  expect(world.placed("app")).toEqual([]);
  expect(rules(world)).toEqual(["proxy web 8080"]);
});

test("a plan shows the end: the former way is closed, also where what is open has its time still", () => {
  const world = new Situation(chain("web"));
  const planned = (after: ObjectSet): readonly string[] => {
    const { objects: before, ledger, observed, now } = world;
    return planOf({ before, after, ledger, observed, now }).flows.map(
      ({ change, from, to, port }) => `${change} ${from} ${to} ${port}`,
    );
  };
  const flows = planned(chain("between", "web"));
  expect(flows).toEqual([
    "Opened shop/between shop/web 8080",
    "Opened shop/proxy shop/between 8081",
    "Closed shop/proxy shop/web 8080",
  ]);
  world.settle(chain("between", "web"));
  expect(rules(world)).toContain("proxy web 8080");
  expect(planned(chain("between", "web"))).toEqual([]);
});

test("a service that is deleted meanwhile serves to the end the way it did", () => {
  const world = new Situation(chain("web"));
  world.unready("shop-between-1").settle(chain("between", "web"));
  world.step(objectsOf(fabric(2)));
  expect(members(world)).toEqual(["shop-web-1"]);
  expect(rules(world)).toContain("proxy web 8080");
  world.ready().settle();
  expect(world.kinds()).toEqual(["Counter", "Resting"]);
});

test("what is foreseen of a tier that comes between ends where the way before is closed", () => {
  const first = foresee(chain("web"), start);
  const former = { objects: chain("web"), ledger: first.ledger };
  const { states, ledger } = foresee(chain("between", "web"), start, former);
  const names = new Map(
    [...ledger.values()].flatMap((each) => (each.kind === "Instance" ? [[each.class, each.tier] as const] : [])),
  );
  const policies = [...states.values()].flatMap(({ networks }) => networks.flatMap(({ policy }) => policy));
  const ways = policies.map(({ from, to }) => `${names.get(from)} ${names.get(to)}`);
  expect([...new Set(ways)].toSorted()).toEqual(["between web", "proxy between"]);
});
