/** Random histories in which services look at other objects, rollouts take their time, and images, sizes and hosts change. */
import * as fc from "fast-check";
import type { Digest, Instant } from "@netwright/base";
import type { InstancePhase } from "@netwright/contract";
import { emptyLedger, applyLedgerChanges } from "../ledger.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { sizeEntry } from "../place/sizes.ts";
import type { ReconcileInput, Reconciled } from "../reconcile.ts";
import { allReady, fabric, objectsOf, start } from "../testing.ts";
import { instancesOf } from "./random-steps.ts";

/** Fields of a service's spec and of its tier, in YAML. */
const services: Readonly<Record<string, readonly string[]>> = {
  public: [
    "network: web, expose: [{ hostname: a.example, protocol: HTTPS }], contract: { ensures: [{ name: c, onlyFrom: proxy, reaches: main }] }",
    "network: web, expose: [{ hostname: a.example, protocol: HTTPS }, { hostname: b.example, protocol: HTTPS, port: 8443 }]",
    "network: other, expose: [{ hostname: a.example, protocol: TCP, port: 7000 }], pool: second",
    "network: web",
  ],
  second: [
    "network: web, pool: second, expose: [{ hostname: b.example, protocol: TCP, port: 7000 }], allow: [{ from: { service: public, tier: main }, to: main }]",
    'network: web, egress: [{ from: main, to: "2001:db8:f::/48", port: 443 }]',
    "network: web, allow: [{ from: { service: third, tier: main }, to: main }]",
  ],
  third: [
    "network: web, contract: { ensures: [{ name: c, onlyFrom: { tier: proxy }, reaches: main }] }",
    "network: third",
  ],
};

const tiers = [
  "replicas: 1",
  "replicas: 2, spread: required",
  "replicas: 3",
  "autoscale: { min: 1, max: 4 }",
  "replicas: 2, rollout: { maxSurge: 1, maxUnavailable: 0, minReady: 2s, autoRollback: true }",
  "replicas: 2, rollout: { pauseAfterFirst: true }",
] as const;

const workloads = [
  "image: host, command: [x]",
  "image: host, command: [y]",
  "image: registry.example.net/x:1",
  "image: host, command: [x], env: [{ name: A, config: { name: values, key: a } }]",
  "image: host, command: [x], volumes: [{ name: data, path: /data, size: 1Gi }]",
] as const;

const others = {
  Config: ["a: one", "a: two", null],
  Pool: ['"2001:db8:7::/64"', '"2001:db8:7::/127"', '"2001:db8:100::/80"', null],
  Network: ['prefix: "fd00:7::/64"', 'prefix: "2001:db8:100::/64"', "mtu: 1400", null],
  Issuer: ["http-01", "dns-01", null],
} as const;

type OtherKind = keyof typeof others;

export type RichStep =
  | {
      readonly kind: "Service";
      readonly name: string;
      readonly spec: number;
      readonly tier: number;
      readonly run: number;
    }
  | { readonly kind: "Delete"; readonly name: string }
  | { readonly kind: "Other"; readonly other: OtherKind; readonly pick: number }
  | { readonly kind: "Hosts"; readonly count: number; readonly more: string }
  | { readonly kind: "Phase"; readonly pick: number; readonly phase: InstancePhase; readonly drained: boolean }
  | { readonly kind: "Node"; readonly host: string; readonly ready: boolean }
  | { readonly kind: "Size"; readonly name: string; readonly replicas: number }
  | { readonly kind: "Wait"; readonly span: number }
  | { readonly kind: "Looked" | "AllReady" | "Again" };

const name = fc.constantFrom("public", "second", "third");
const one = <K extends RichStep["kind"], T extends object>(kind: K, fields: { [F in keyof T]: fc.Arbitrary<T[F]> }) =>
  fc.record({ kind: fc.constant(kind), ...fields });

export const richSteps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: one("Service", { name, spec: fc.nat(3), tier: fc.nat(5), run: fc.nat(4) }) },
    { weight: 1, arbitrary: one("Delete", { name }) },
    {
      weight: 6,
      arbitrary: one("Other", {
        other: fc.constantFrom<OtherKind>("Config", "Pool", "Network", "Issuer"),
        pick: fc.nat(3),
      }),
    },
    {
      weight: 2,
      arbitrary: one("Hosts", {
        count: fc.integer({ min: 1, max: 3 }),
        more: fc.constantFrom("", "  schedulable: false", "  capacity: { instances: 2 }"),
      }),
    },
    {
      weight: 3,
      arbitrary: one("Phase", {
        pick: fc.nat(20),
        phase: fc.constantFrom<InstancePhase>("Ready", "Starting", "Unhealthy"),
        drained: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: one("Node", { host: fc.constantFrom("host1", "host2", "host3"), ready: fc.boolean() }) },
    { weight: 1, arbitrary: one("Size", { name, replicas: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: one("Wait", { span: fc.constantFrom(1000, 31_000, 700_000) }) },
    { weight: 1, arbitrary: one("Looked", {}) },
    { weight: 9, arbitrary: one("AllReady", {}) },
    { weight: 3, arbitrary: one("Again", {}) },
  ),
  { minLength: 5, maxLength: 20 },
) as fc.Arbitrary<readonly RichStep[]>;

const head = (kind: string, at: string): string =>
  `apiVersion: netwright.dev/v1alpha1, kind: ${kind}, metadata: { name: ${at} }`;

/** Parsed once for each text: what was not applied anew keeps its identity. */
const cache = new Map<string, ObjectSet>();

function parsed(text: string): ObjectSet {
  const objects = cache.get(text) ?? objectsOf(text);
  cache.set(text, objects);
  return objects;
}

function serviceText({ name: at, spec, tier, run }: Extract<RichStep, { kind: "Service" }>): string {
  const specs = services[at] ?? [];
  return `{ ${head("Service", at)}, spec: { ${specs[spec % specs.length]}, tiers: [{ name: main, ${tiers[tier]}, workload: { ${workloads[run]}, port: 8080 } }] } }`;
}

const otherTexts: Readonly<Record<OtherKind, (value: string) => string>> = {
  Config: (value) => `{ ${head("Config", "values")}, spec: { data: { ${value} } } }`,
  Pool: (value) => `{ ${head("AddressPool", "second")}, spec: { prefixes: [${value}] } }`,
  Network: (value) => `{ ${head("Network", "web")}, spec: { ${value} } }`,
  Issuer: (value) =>
    `{ ${head("CertificateIssuer", "default")}, spec: { acme: { directory: "https://acme.example/directory", termsOfServiceAgreed: true, challenge: ${value} } } }`,
};

const placeOf = { Config: "configs", Pool: "pools", Network: "networks", Issuer: "issuers" } as const;

function applied(objects: ObjectSet, step: RichStep): ObjectSet {
  if (step.kind === "Hosts") return { ...objects, hosts: parsed(fabric(step.count, step.more)).hosts };
  if (step.kind === "Service") return merged(objects, parsed(serviceText(step)));
  if (step.kind === "Delete") {
    const rest = [...objects.services].filter(([key]) => key !== projectKey("default", step.name));
    return { ...objects, services: new Map(rest) };
  }
  if (step.kind !== "Other") return objects;
  const value = others[step.other][step.pick % others[step.other].length];
  if (typeof value === "string") return merged(objects, parsed(otherTexts[step.other](value)));
  const kind = placeOf[step.other];
  const rest = [...objects[kind]].filter(([key]) => key === "default" && kind === "pools");
  return { ...objects, [kind]: new Map(rest as [string, never][]) };
}

/** In the order of names, as everywhere. */
function merged(before: ObjectSet, after: ObjectSet): ObjectSet {
  const kinds = Object.keys(before) as (keyof ObjectSet)[];
  const pairs = kinds.map((kind) => {
    if (after[kind].size === 0) return [kind, before[kind]];
    const all = [...before[kind], ...after[kind]] as [string, unknown][];
    return [kind, new Map([...new Map(all)].toSorted(([a], [b]) => (a < b ? -1 : 1)))];
  });
  return Object.fromEntries(pairs) as ObjectSet;
}

function reported(input: Pick<ReconcileInput, "objects" | "ledger" | "observed" | "now">, step: RichStep): Observed {
  const { objects, ledger, observed, now } = input;
  if (step.kind === "AllReady")
    return { ...allReady(objects, ledger), ...(observed.images === undefined ? {} : { images: observed.images }) };
  if (step.kind === "Node")
    return { ...observed, nodes: new Map(observed.nodes).set(step.host, { ready: step.ready, heardAt: now }) };
  if (step.kind === "Looked")
    return { ...observed, images: new Map([["registry.example.net/x:1", `sha256:${"a".repeat(64)}` as Digest]]) };
  const instance = step.kind === "Phase" ? instancesOf(ledger)[step.pick] : undefined;
  if (step.kind !== "Phase" || instance === undefined) return observed;
  const said = { phase: step.phase, drained: step.drained };
  return { ...observed, instances: new Map(observed.instances).set(projectKey(instance.project, instance.id), said) };
}

const sizesOf = (objects: ObjectSet, step: RichStep): Pick<ReconcileInput, "sizes"> => {
  const service = step.kind === "Size" ? objects.services.get(projectKey("default", step.name))?.object : undefined;
  return step.kind !== "Size" || service === undefined ? {} : { sizes: [sizeEntry(service, "main", step.replicas)] };
};

/** Walks a history of steps that `decide` takes. Where all becomes ready, until nothing changes any more. */
export function walkRich(history: readonly RichStep[], decide: (input: ReconcileInput) => Reconciled): void {
  let objects = parsed(fabric(3));
  let ledger = emptyLedger;
  let observed: Observed = { instances: new Map(), nodes: new Map() };
  let now: Instant = start;
  for (const step of history) {
    const before = objects;
    objects = applied(objects, step);
    if (step.kind === "Wait") now = (now + step.span) as Instant;
    let more: Partial<ReconcileInput> = { ...sizesOf(objects, step), ...(before === objects ? {} : { before }) };
    for (let count = 0; count < (step.kind === "AllReady" ? 6 : 1); count++) {
      observed = reported({ objects, ledger, observed, now }, step);
      const { changes } = decide({ objects, ledger, observed, now, ...more });
      ledger = applyLedgerChanges(ledger, changes);
      more = {};
      if (changes.length === 0) break;
    }
  }
}
