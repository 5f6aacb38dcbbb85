/** What the server counts about itself, for Prometheus (names as in its docs/practices/naming). */
import { measuredMetrics, type SetMeasured } from "./measurements/prometheus.ts";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<"method" | "route" | "status">;
  readonly applies: Counter<"outcome">;
  readonly applyDuration: Histogram;
  readonly roundDuration: Histogram;
  readonly roundFailures: Counter;
  readonly stateChanges: Counter;
  readonly reports: Counter;
  readonly dnsUpdates: Counter<"outcome">;
  readonly streams: Gauge;
  readonly objects: Gauge<"kind">;
  readonly nodesReady: Gauge;
  readonly instancesReady: Gauge;
  readonly storeRevision: Gauge;
  readonly certificateExpiry: Gauge<CertificateLabel>;
  readonly certificateOrders: Counter<"issuer" | "outcome">;
  readonly setMeasured: SetMeasured;
  readonly projectUsed: Gauge<"project" | "resource">;
  readonly projectQuota: Gauge<"project" | "resource">;
}

const durations = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "netwright_server_" });
  new Gauge({
    name: "netwright_build_info",
    help: "Always 1; the version is a label.",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `netwright_server_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> =>
    new Gauge({ name: `netwright_server_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name: `netwright_server_${name}`, help, buckets: durations, registers });
  return {
    registry,
    requests: counter("http_requests_total", "Calls answered.", ["method", "route", "status"]),
    applies: counter("applies_total", "Applies, by outcome: Applied, Unchanged or Refused.", ["outcome"]),
    applyDuration: histogram("apply_duration_seconds", "From a validated apply to its acknowledgement."),
    roundDuration: histogram("round_duration_seconds", "One round of the controller: reconcile, compile, commit."),
    roundFailures: counter("round_failures_total", "Rounds of the controller that failed and were tried again."),
    stateChanges: counter("node_state_changes_total", "New states given to nodes."),
    reports: counter("node_reports_total", "Reports taken from agents."),
    dnsUpdates: counter("dns_updates_total", "Updates sent to the name server, by outcome: Done or Failed.", [
      "outcome",
    ]),
    streams: gauge("open_streams", "Streams of lines that somebody reads."),
    objects: gauge("objects", "Objects stored.", ["kind"]),
    nodesReady: gauge("nodes_ready", "Hosts and routers whose agent reports."),
    instancesReady: gauge("instances_ready", "Instances reported ready."),
    certificateOrders: counter("certificate_orders_total", "Orders at issuers, by outcome: Issued or Failed.", [
      "issuer",
      "outcome",
    ]),
    ...certificateGauges(registry),
    ...projectGauges(registry),
    setMeasured: measuredMetrics(registry),
    storeRevision: gauge("store_revision", "Revision of the store."),
  };
}

type CertificateLabel = "project" | "service" | "hostname" | "issuer";

/** They stand in the metrics of the whole site, and in those of one project. */
export const certificateGauges = (registry: Registry): Pick<Metrics, "certificateExpiry"> => ({
  certificateExpiry: new Gauge({
    name: "netwright_server_certificate_expiry_timestamp_seconds",
    help: "When the certificate that is served expires; 0 where there is none.",
    labelNames: ["project", "service", "hostname", "issuer"],
    registers: [registry],
  }),
});

/** They stand in the metrics of the whole site, and alone in those of one project. */
export function projectGauges(registry: Registry): Pick<Metrics, "projectUsed" | "projectQuota"> {
  const gauge = (name: string, help: string): Gauge<"project" | "resource"> =>
    new Gauge({
      name: `netwright_server_project_${name}`,
      help,
      labelNames: ["project", "resource"],
      registers: [registry],
    });
  return {
    projectUsed: gauge("used", "What a project asks for: numbers, cores and octets."),
    projectQuota: gauge("quota", "What a project may ask for at most."),
  };
}
