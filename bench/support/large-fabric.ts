/** A fabric of the size that compiling is promised at: placed, running, every instance ready. */
import { kinds, type Service } from "@netwright/api";
import {
  applyLedgerChanges,
  emptyLedger,
  objectSet,
  projectKey,
  reconcile,
  type CompileInput,
  type ObjectSet,
} from "@netwright/compiler";
import { allReady, fabric, objectsOf, start, testCertificates } from "../../packages/compiler/testing.ts";

const size = { hosts: 1000, services: 1000, webs: 9, networks: 100 } as const;

/**
 * HTTPS: a load balancer, which has no address of its own, one proxy and nine web servers, and the flow between these
 * two. A thousand of them are 10,000 workloads and 1,000 policies.
 */
function service(number: number, webs: number, more: object): Service {
  const written = {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Service",
    metadata: { name: `s${number}` },
    spec: {
      network: `n${number % size.networks}`,
      expose: [{ hostname: `s${number}.example.net`, protocol: "HTTPS" }],
      tiers: [{ name: "web", replicas: webs, workload: { image: "host", command: ["serve"], port: 8080 } }],
      ...more,
    },
  };
  return kinds.Service.complete(kinds.Service.schema.parse(written)) as Service;
}

/** @param more fields of each service's spec */
export function largeFabric(more: object = {}): CompileInput {
  const services = Array.from({ length: size.services }, (_, number) => ({ object: service(number, size.webs, more) }));
  const objects: ObjectSet = { ...objectsOf(fabric(size.hosts)), services: objectSet(services).services };
  let ledger = emptyLedger;
  // Placed, ready, and left alone.
  for (;;) {
    const { changes } = reconcile({ objects, ledger, observed: allReady(objects, ledger), now: start });
    if (changes.length === 0) break;
    ledger = applyLedgerChanges(ledger, changes);
  }
  return { objects, ledger, observed: allReady(objects, ledger), certificates: testCertificates(objects) };
}

/** The same objects with one service of another size, as the server gives them: all others keep their identity. */
export function resized(objects: ObjectSet, number: number, more: number): ObjectSet {
  const key = projectKey("default", `s${number}`);
  const { object } = objects.services.get(key) as { readonly object: Service };
  const tiers = object.spec.tiers.map((tier) => (tier.name === "web" ? { ...tier, replicas: size.webs + more } : tier));
  const changed: Service = { ...object, spec: { ...object.spec, tiers } };
  const services = new Map(objects.services).set(key, { object: changed, sources: {} });
  return { ...objects, services };
}
