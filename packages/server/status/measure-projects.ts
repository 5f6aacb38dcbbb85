/** Metrics of projects. */
import { resources, type ObjectSet, type Resource } from "@netwright/compiler";
import { Registry } from "prom-client";
import type { World } from "../control/world.ts";
import type { Measurements } from "../measurements/measurements.ts";
import { measuredMetrics } from "../measurements/prometheus.ts";
import { certificateGauges, projectGauges, type Metrics } from "../metrics.ts";
import type { CertificateFacts } from "./certificate-status.ts";
import { measureCertificates } from "./measure-certificates.ts";
import { standingsOf } from "./project-status.ts";

type Gauges = Pick<Metrics, "projectUsed" | "projectQuota">;

/** Sets the gauges of every project, or of one. */
export function measureProjects(
  { projectUsed, projectQuota }: Gauges,
  { objects, ledger }: World,
  only?: string,
): void {
  projectUsed.reset();
  projectQuota.reset();
  for (const [project, { use }] of standingsOf(objects, ledger)) {
    if (only !== undefined && only !== project) continue;
    for (const resource of resources) {
      projectUsed.set({ project, resource }, inUnits(resource, use[resource]));
      const limit = limitOf(objects, project, resource);
      if (limit !== undefined) projectQuota.set({ project, resource }, inUnits(resource, limit));
    }
  }
}

const limitOf = (objects: ObjectSet, project: string, resource: Resource): number | undefined =>
  objects.projects.get(project)?.object.spec.quota[resource];

/** Cores, as Prometheus has base units; everything else is counted in them already. */
const inUnits = (resource: Resource, amount: number): number => (resource === "cpu" ? amount / 1000 : amount);

/** The text that people of one project get. */
export async function projectMetrics(
  world: World,
  certificates: CertificateFacts,
  measurements: Measurements,
  project: string,
): Promise<string> {
  const registry = new Registry();
  measureProjects(projectGauges(registry), world, project);
  measureCertificates(certificateGauges(registry), world, certificates, project);
  measuredMetrics(registry, project)(measurements, project);
  return registry.metrics();
}
