/** Small fabrics for tests, from manifests as people write them. */
import { parseManifests, sourcesOf } from "@netwright/api";
import { NetwrightError, type Instant } from "@netwright/base";
import { compile, type Compiled } from "./compile.ts";
import { applyLedgerChanges, emptyLedger, type Ledger } from "./ledger.ts";
import { objectSet, projectKey, type ObjectSet } from "./objects.ts";
import { nothingObserved, type Observed } from "./observed.ts";
import { reconcile, type Reconciled } from "./reconcile.ts";
import { announcing } from "./settle.ts";

export const start = 1_800_000_000_000 as Instant;

/** @throws NetwrightError for a manifest that is wrong. */
export function objectsOf(...texts: readonly string[]): ObjectSet {
  const { objects, diagnostics } = parseManifests(texts.join("\n---\n"), "test.yaml");
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  return objectSet(objects.map((loaded) => ({ object: loaded.object, sources: sourcesOf(loaded) })));
}

/** One end of the link between an edge and a host. */
const link = (edge: number, host: number, end: "edge" | "host"): string =>
  `fd00:0:0:2:${edge}:${host.toString(16)}::${end === "edge" ? "" : 1}`;

/** Provider, edge1, edge2, hosts homed to both edges, and a pool. */
export function fabric(hosts: number, more = ""): string {
  const names = Array.from({ length: hosts }, (_, index) => index + 1);
  const edges = [1, 2].map(
    (edge) => `
kind: Router
apiVersion: netwright.dev/v1alpha1
metadata: { name: edge${edge} }
spec:
  asn: 64510
  routerId: 10.0.0.${edge}
  links:
    - { interface: provider, router: provider, localAddress: "fd00:0:0:2:f:${edge}::1", peerAddress: "fd00:0:0:2:f:${edge}::" }
    - { interface: edge${3 - edge}, router: edge${3 - edge}, localAddress: "fd00:0:0:2:e::${edge}", peerAddress: "fd00:0:0:2:e::${3 - edge}" }
${names.map((host) => `    - { interface: host${host}, host: host${host}, localAddress: "${link(edge, host, "edge")}", peerAddress: "${link(edge, host, "host")}" }`).join("\n")}
`,
  );
  const machines = names.map(
    (host) => `
kind: Host
apiVersion: netwright.dev/v1alpha1
metadata: { name: host${host} }
spec:
  id: ${host}
  vtep: fd00:0:0:1::${host.toString(16)}
  uplinks:
${[1, 2].map((edge) => `    - { interface: edge${edge}, router: edge${edge}, localAddress: "${link(edge, host, "host")}", peerAddress: "${link(edge, host, "edge")}" }`).join("\n")}
${more}
`,
  );
  return [
    `{ apiVersion: netwright.dev/v1alpha1, kind: AddressPool, metadata: { name: default }, spec: { prefixes: ["2001:db8:100::/64"] } }`,
    `{ apiVersion: netwright.dev/v1alpha1, kind: Router, metadata: { name: provider }, spec: { managed: false, upstream: true, asn: 64500 } }`,
    ...edges,
    ...machines,
  ].join("\n---\n");
}

/** Everything that runs is ready, everything that drains has drained, every host is up. */
export function allReady(objects: ObjectSet, ledger: Ledger): Observed {
  const instances = [...ledger.values()].filter((entry) => entry.kind === "Instance");
  return {
    instances: new Map(
      instances.map(({ project, id, phase }) => [
        projectKey(project, id),
        phase === "Run" ? { phase: "Ready" } : { phase: "Stopping", drained: true },
      ]),
    ),
    nodes: announcing(ledger, new Map([...objects.hosts.keys()].map((name) => [name, { ready: true }]))),
  };
}

export interface World {
  readonly objects: ObjectSet;
  readonly ledger: Ledger;
  readonly observed: Observed;
  readonly reconciled: Reconciled;
  readonly compiled: Compiled;
}

/** One step of reconciling, and compiling with everything ready. */
export function step(
  objects: ObjectSet,
  ledger: Ledger = emptyLedger,
  observed: Observed = nothingObserved,
  now: Instant = start,
  before?: ObjectSet,
): World {
  const reconciled = reconcile({ objects, before, ledger, observed, now });
  const next = applyLedgerChanges(ledger, reconciled.changes);
  const ready = allReady(objects, next);
  const compiled = compile({ objects, ledger: next, observed: ready, certificates: testCertificates(objects) });
  return { objects, ledger: next, observed: ready, reconciled, compiled };
}

export function testCertificates(objects: ObjectSet): ReadonlyMap<string, string> {
  const names = [...objects.services.values()].flatMap(({ object }) =>
    object.spec.expose.map(({ hostname }) => hostname),
  );
  return new Map(names.map((name) => [name, `digest of ${name}`]));
}

export const shop = (
  tiers: { readonly web?: number; readonly proxy?: number; readonly lb?: number; readonly spread?: string } = {},
): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose:
    - { hostname: shop.example.net, protocol: HTTPS }
  tiers:
    - { name: lb, replicas: ${tiers.lb ?? 1} }
    - { name: proxy, replicas: ${tiers.proxy ?? 1} }
    - name: web
      replicas: ${tiers.web ?? 1}
      spread: ${tiers.spread ?? "preferred"}
      workload: { image: host, command: [sleep, infinity], port: 8080, resources: { cpu: 500m, memory: 64Mi } }
      health: { http: /healthz }
`;

/** One workload tier without a public address, in network `web` unless said otherwise. */
export const inner = (
  name: string,
  more: {
    readonly project?: string;
    readonly network?: string;
    readonly allow?: string;
    readonly replicas?: number;
  } = {},
): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name}, project: ${more.project ?? "default"} }
spec:
  network: ${more.network ?? "web"}
  tiers:
    - { name: main, replicas: ${more.replicas ?? 1}, workload: { image: host, command: [${name}], port: 5432 } }
  allow: ${more.allow ?? "[]"}
`;
