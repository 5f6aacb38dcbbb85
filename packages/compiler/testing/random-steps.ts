/** Random histories for property tests: applies, deletes, scaling, reports and time, one small change after the other. */
import * as fc from "fast-check";
import type { Instant } from "@netwright/base";
import type { InstancePhase } from "@netwright/contract";
import type { InstanceEntry } from "../ledger-entries.ts";
import { applyLedgerChanges, emptyLedger, type Ledger, type LedgerChange } from "../ledger.ts";
import { projectKey, type ObjectSet } from "../objects.ts";
import { nothingObserved, type Observed } from "../observed.ts";
import { reconcile } from "../reconcile.ts";
import { allReady, fabric, objectsOf, start, testCertificates } from "../testing.ts";

interface RandomService {
  readonly name: string;
  readonly project: string;
  readonly https: boolean;
  readonly lb: number;
  readonly proxy: number;
  readonly web: number;
  readonly port: number;
  readonly network: string;
  readonly allows: boolean;
}

export type Step =
  | { readonly kind: "Put"; readonly service: RandomService }
  | { readonly kind: "Delete"; readonly pick: number }
  | { readonly kind: "Hosts"; readonly count: number }
  | { readonly kind: "Phase"; readonly pick: number; readonly phase: InstancePhase | null; readonly drained: boolean }
  | { readonly kind: "Node"; readonly host: string; readonly ready: boolean | null }
  | { readonly kind: "AllReady" }
  | { readonly kind: "Wait"; readonly span: number };

const service: fc.Arbitrary<RandomService> = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  project: fc.constantFrom("default", "default", "blue"),
  https: fc.boolean(),
  lb: fc.integer({ min: 0, max: 2 }),
  proxy: fc.integer({ min: 0, max: 2 }),
  web: fc.integer({ min: 0, max: 3 }),
  port: fc.constantFrom(8080, 8080, 8081),
  network: fc.constantFrom("web", "web", "other"),
  allows: fc.boolean(),
});

const phase = fc.constantFrom<InstancePhase | null>("Ready", "Ready", "Starting", "Unhealthy", null);

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("Put" as const), service }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("Delete" as const), pick: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("Hosts" as const), count: fc.integer({ min: 1, max: 3 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("Phase" as const), pick: fc.nat(30), phase, drained: fc.boolean() }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("Node" as const),
        host: fc.constantFrom("host1", "host2", "host3"),
        ready: fc.constantFrom(true, false, null),
      }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: "AllReady" as const }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("Wait" as const), span: fc.constantFrom(1000, 20_000, 700_000) }),
    },
  ),
  { minLength: 1, maxLength: 20 },
);

function manifest({ name, project, https, lb, proxy, web, port, network, allows }: RandomService): string {
  const other = name === "a" ? "b" : "a";
  const allow = allows ? `[{ from: { service: ${other}, tier: web }, to: web }]` : "[]";
  const tiers = https ? `[{ name: lb, replicas: ${lb} }, { name: proxy, replicas: ${proxy} }, ` : "[";
  const expose = https ? `[{ hostname: ${name}.${project}.example, protocol: HTTPS }]` : "[]";
  return `{ apiVersion: netwright.dev/v1alpha1, kind: Service, metadata: { name: ${name}, project: ${project} }, spec: { network: ${network}, expose: ${expose}, allow: ${allow}, tiers: ${tiers}{ name: web, replicas: ${web}, workload: { image: host, command: [x], port: ${port} } }] } }`;
}

/** Parsed once for each text: as in the server, what was not applied anew keeps its identity. */
const cache = new Map<string, ObjectSet>();

function parsed(text: string): ObjectSet {
  const objects = cache.get(text) ?? objectsOf(text);
  cache.set(text, objects);
  return objects;
}

export interface Situation {
  readonly objects: ObjectSet;
  readonly ledger: Ledger;
  readonly observed: Observed;
  readonly certificates: ReadonlyMap<string, string>;
}

const situationOf = (objects: ObjectSet, ledger: Ledger, observed: Observed): Situation => ({
  objects,
  ledger,
  observed,
  certificates: testCertificates(objects),
});

/** Three hosts and nothing else. */
export const beginning = (): Situation => situationOf(parsed(fabric(3)), emptyLedger, nothingObserved);

/** Walks a history; `visit` sees every situation and what changed in the ledger on the way to it. */
export function walk(
  history: readonly Step[],
  visit: (situation: Situation, changes: readonly LedgerChange[], before: Ledger, now: Instant) => void,
): void {
  let { objects, ledger, observed } = beginning();
  let now: Instant = start;
  for (const step of history) {
    const former = objects;
    objects = applied(objects, step);
    observed = reported(objects, ledger, observed, step, now);
    if (step.kind === "Wait") now = (now + step.span) as Instant;
    const before = ledger;
    const { changes } = reconcile({ objects, before: former, ledger, observed, now });
    ledger = applyLedgerChanges(ledger, changes);
    visit(situationOf(objects, ledger, observed), changes, before, now);
  }
}

function applied(objects: ObjectSet, step: Step): ObjectSet {
  if (step.kind === "Hosts") return { ...parsed(fabric(step.count)), services: objects.services };
  const services = new Map(objects.services);
  if (step.kind === "Put") for (const [key, entry] of parsed(manifest(step.service)).services) services.set(key, entry);
  else if (step.kind === "Delete") services.delete([...services.keys()][step.pick] ?? "");
  else return objects;
  return { ...objects, services: new Map([...services].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

export const instancesOf = (ledger: Ledger): readonly InstanceEntry[] =>
  [...ledger.values()].filter((entry) => entry.kind === "Instance");

function reported(objects: ObjectSet, ledger: Ledger, observed: Observed, step: Step, now: Instant): Observed {
  if (step.kind === "AllReady") return allReady(objects, ledger);
  if (step.kind === "Node") {
    const nodes = new Map(observed.nodes);
    if (step.ready === null) nodes.delete(step.host);
    else nodes.set(step.host, { ready: step.ready, heardAt: now });
    return { ...observed, nodes };
  }
  const instance = step.kind === "Phase" ? instancesOf(ledger)[step.pick] : undefined;
  if (step.kind !== "Phase" || instance === undefined) return observed;
  const instances = new Map(observed.instances);
  const key = projectKey(instance.project, instance.id);
  if (step.phase === null) instances.delete(key);
  else instances.set(key, { phase: step.phase, drained: step.drained });
  return { ...observed, instances };
}
