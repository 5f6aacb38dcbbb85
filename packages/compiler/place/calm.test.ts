/** A service that is left alone is looked at again as soon as anything that it depends on is another. */
import { expect, test } from "vitest";
import type { ObjectSet } from "../objects.ts";
import { reconcile, type ReconcileInput } from "../reconcile.ts";
import { Situation } from "../testing/situations.ts";
import { fabric, objectsOf } from "../testing.ts";
import { busyServices } from "./busy.ts";
import { calmInput } from "./calm.ts";
import { Draft } from "../draft.ts";

const head = (kind: string, name: string): string =>
  `apiVersion: netwright.dev/v1alpha1, kind: ${kind}, metadata: { name: ${name} }`;

const service = (name: string, spec: string, workload = "command: [x]", tier = "replicas: 1"): string =>
  `{ ${head("Service", name)}, spec: { ${spec}, tiers: [{ name: main, ${tier}, workload: { image: host, ${workload}, port: 8080 } }] } }`;

/** Objects of the texts; what is in both sets keeps its identity. */
function twoSets(common: readonly string[], before: string, after: string): readonly [ObjectSet, ObjectSet] {
  const kept = objectsOf(fabric(2), ...common);
  const withOne = (text: string): ObjectSet => {
    if (text === "") return kept;
    const more = objectsOf(text);
    const kinds = Object.keys(kept) as (keyof ObjectSet)[];
    const pairs = kinds.map((kind) => [
      kind,
      more[kind].size === 0 ? kept[kind] : new Map([...kept[kind], ...more[kind]] as [string, unknown][]),
    ]);
    return Object.fromEntries(pairs) as ObjectSet;
  };
  return [withOne(before), withOne(after)];
}

function inputOf({ objects, ledger, observed, now }: Situation, more: Partial<ReconcileInput> = {}): ReconcileInput {
  return { objects, ledger, observed, now, ...more };
}

const busyIn = ({ objects, ledger, observed }: ReconcileInput): readonly string[] =>
  busyServices(
    calmInput({ objects, draft: new Draft(ledger), observed, standing: () => ({ kind: "Stays" }) }),
  ).services.map(({ object }) => object.metadata.name);

const issuer = (challenge: string): string =>
  `{ ${head("CertificateIssuer", "default")}, spec: { acme: { directory: "https://acme.example/d", termsOfServiceAgreed: true, challenge: ${challenge} } } }`;
const config = (value: string): string => `{ ${head("Config", "values")}, spec: { data: { a: ${value} } } }`;
const pool = (prefix: string): string => `{ ${head("AddressPool", "second")}, spec: { prefixes: ["${prefix}"] } }`;
const network = (prefix: string): string => `{ ${head("Network", "web")}, spec: { prefix: "${prefix}" } }`;

const cases: readonly (readonly [what: string, text: string, before: string, after: string, changes: string])[] = [
  [
    "a Config that a variable is taken from",
    service("own", "network: web", "command: [x], env: [{ name: A, config: { name: values, key: a } }]"),
    config("one"),
    config("two"),
    "instance/default/own-main-2",
  ],
  [
    "the pool of its address",
    service(
      "own",
      "network: web, pool: second, expose: [{ hostname: a.example, protocol: TCP, port: 7000, tier: main }]",
    ),
    pool("2001:db8:7::/64"),
    pool("2001:db8:8::/64"),
    "vip/default/own",
  ],
  [
    "the network that it is in, which was written",
    service("own", "network: web", "command: [x]", "replicas: 0"),
    network("fd00:7::/64"),
    "",
    "network/default/web",
  ],
  [
    "an issuer that asks over port 80",
    service("own", "network: web, expose: [{ hostname: a.example, protocol: HTTPS, redirectHttp: false }]"),
    issuer("dns-01"),
    issuer("http-01"),
    "members/default/own/tcp/80",
  ],
];

test.each(cases)("%s", (_what, own, before, after, change) => {
  const others = [service("other", "network: calm"), service("third", "network: calm")];
  const [first, second] = twoSets([own, ...others], before, after);
  const world = new Situation(first);
  expect(busyIn(inputOf(world))).toEqual([]);
  const input = inputOf(world, { objects: second, before: first });
  expect(busyIn(input)).toEqual(["own"]);
  const decided = reconcile(input);
  expect(decided.changes.map(({ key }) => key)).toContain(change);
  expect(decided).toEqual(reconcile(structuredClone(input)));
});

test("a host that is silent, of which it has a member", () => {
  const expose = "expose: [{ hostname: a.example, protocol: TCP, port: 7000, tier: main }]";
  const own = service("own", `network: web, ${expose}`, "command: [x]", "replicas: 2, spread: required");
  const world = new Situation(objectsOf(fabric(3), own, service("other", "network: calm")));
  expect(busyIn(inputOf(world))).toEqual([]);
  const member = world.instances.find(({ id }) => id.startsWith("own-main"));
  const silent = member?.host ?? "";
  world.node(silent, { ready: false, heardAt: world.now });
  const { changes } = reconcile(inputOf(world));
  expect(changes.map(({ key }) => key)).toEqual(["members/default/own/tcp/7000"]);
});

const says = (who: string): string => `contract: { ensures: [{ name: c, onlyFrom: ${who}, reaches: main }] }`;
const friend = service("friend", "network: web");

const findings: readonly (readonly [what: string, own: string, before: string, after: string, found: string])[] = [
  [
    "a network of a contract",
    service("own", `network: web, ${says("{ network: other, tier: main }")}`),
    friend.replace("web", "other"),
    "",
    "NW1301 service/own",
  ],
  [
    "a service of a contract",
    service("own", `network: web, ${says("{ service: friend, tier: main }")}`),
    friend,
    "",
    "NW1301 service/own",
  ],
  [
    "a service that may come in",
    service("own", "network: web, allow: [{ from: { service: friend, tier: main }, to: main }]"),
    friend,
    "",
    "NW1301 service/own",
  ],
  [
    "a pool over a network",
    network("2001:db8:7::/64"),
    pool("2001:db8:8::/64"),
    pool("2001:db8:7::/64"),
    "NW1302 network/web",
  ],
];

test.each(findings)("what was checked is checked again: %s", (_what, own, before, after, found) => {
  const [first, second] = twoSets([own], before, after);
  const world = new Situation(first);
  expect(world.last?.diagnostics).toEqual([]);
  const { diagnostics } = reconcile(inputOf(world, { objects: second, before: first }));
  expect(diagnostics.map(({ code, subject }) => `${code} ${subject}`)).toEqual([found]);
});
