/** What was measured, for Prometheus: by project, service, tier and host; never by instance, as those come and go. */
import type { MetricOf, SubjectKind } from "@netwright/contract";
import { Counter, Gauge, type Registry } from "prom-client";
import type { Scope } from "../auth/scope.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import type { Measurements } from "./measurements.ts";
import { recordsNow } from "./query.ts";
import { columnOf } from "./subject.ts";
import type { LatencyTotal, TierTotal } from "./totals.ts";

const tierLabels = ["project", "service", "tier"] as const;

/** Gauges are of so many seconds. */
const gaugeWindow = 5;

interface TierCounter {
  readonly name: string;
  readonly help: string;
  /** The label `class` of what each source counts, where there is one. */
  readonly sources: readonly Source[];
}

interface Source {
  readonly kind: SubjectKind;
  readonly column: number;
  readonly class?: string;
}

const from = <Kind extends SubjectKind>(kind: Kind, name: MetricOf<Kind>, answers?: string): Source => ({
  kind,
  column: columnOf(kind, name),
  ...(answers === undefined ? {} : { class: answers }),
});

const tierCounters: readonly TierCounter[] = [
  { name: "cpu_seconds_total", help: "CPU time used.", sources: [from("Instance", "cpu")] },
  {
    name: "cpu_throttled_seconds_total",
    help: "Time in which a limit let instances not run.",
    sources: [from("Instance", "throttled")],
  },
  {
    name: "cpu_waiting_seconds_total",
    help: "Time in which something in an instance waited for CPU.",
    sources: [from("Instance", "cpuPressure")],
  },
  { name: "received_bytes_total", help: "Received by instances.", sources: [from("Instance", "received")] },
  { name: "sent_bytes_total", help: "Sent by instances.", sources: [from("Instance", "sent")] },
  {
    name: "received_packets_total",
    help: "Packets received by instances.",
    sources: [from("Instance", "receivedPackets")],
  },
  { name: "sent_packets_total", help: "Packets sent by instances.", sources: [from("Instance", "sentPackets")] },
  {
    name: "requests_total",
    help: "Requests, as proxies count them: taken by a proxy, sent to a tier behind it.",
    sources: [from("Proxy", "requests"), from("Member", "requests")],
  },
  {
    name: "responses_total",
    help: "Answers, by class: success (1xx to 3xx), client_error (4xx), server_error (5xx).",
    sources: (["Proxy", "Member"] as const).flatMap((kind) => [
      from(kind, "successes", "success"),
      from(kind, "clientErrors", "client_error"),
      from(kind, "serverErrors", "server_error"),
    ]),
  },
  {
    name: "requests_failed_total",
    help: "Requests that a tier's instance refused, did not answer or broke off.",
    sources: [from("Member", "failed")],
  },
  {
    name: "requests_retried_total",
    help: "Requests that a proxy tried again, here or at another instance.",
    sources: [from("Member", "retried")],
  },
  {
    name: "client_connections_total",
    help: "Connections that proxies took.",
    sources: [from("Proxy", "connections")],
  },
  {
    name: "client_connections_refused_total",
    help: "Connections that proxies refused.",
    sources: [from("Proxy", "refused")],
  },
  { name: "balanced_packets_total", help: "Packets through load balancers.", sources: [from("Listener", "packets")] },
  { name: "balanced_bytes_total", help: "Octets through load balancers.", sources: [from("Listener", "octets")] },
  { name: "balanced_flows_total", help: "New flows at load balancers.", sources: [from("Listener", "flows")] },
];

const hostCounters = [
  ["cpu_seconds_total", "CPU time used on a host.", columnOf("Host", "cpu")],
  ["cpu_steal_seconds_total", "CPU time that the hypervisor gave to others.", columnOf("Host", "steal")],
  ["cpu_waiting_seconds_total", "Time in which something waited for CPU.", columnOf("Host", "cpuPressure")],
  ["memory_waiting_seconds_total", "Time in which something waited for memory.", columnOf("Host", "memoryPressure")],
  ["io_waiting_seconds_total", "Time in which something waited for a disk.", columnOf("Host", "ioPressure")],
] as const;

const tierGauges = [
  ["cpu_share", "Of the CPU time that a tier's instances may use.", "cpuShare"],
  ["memory_bytes", "Memory that a tier's instances use.", "memory"],
  ["connections", "Open connections to a tier's instances.", "connections"],
  ["queue_length", "Requests that wait in proxies for a tier.", "queue"],
] as const;

const hostGauges = [
  ["cpu_share", "Of the CPU time of a host.", "cpuShare"],
  ["memory_bytes", "Memory in use on a host.", "memory"],
  ["memory_share", "Of the memory of a host.", "memoryShare"],
] as const;

/** Upper bounds of the histogram, in seconds. Each is one of `latencyBounds`, so that nothing is guessed. */
const les = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50];

/** Sets everything from what is kept. */
export type SetMeasured = (measurements: Measurements, scope: Scope) => void;

/** Makes the metrics of a whole site or, with a scope, of one project, which has no hosts. */
export function measuredMetrics(registry: Registry, scope: Scope = null): SetMeasured {
  const setters = [
    ...tierSetters(registry),
    ...(scope === null ? [...hostSetters(registry), keptSetter(registry)] : []),
  ];
  return (measurements, of) => {
    for (const set of setters) set(measurements, of);
  };
}

const isOf =
  (scope: Scope) =>
  ({ project }: { readonly project: string }): boolean =>
    scope === null || project === scope;

function tierSetters(registry: Registry): readonly SetMeasured[] {
  const registers = [registry];
  const counters = tierCounters.map(({ name, help, sources }): SetMeasured => {
    const labelled = sources.some((source) => source.class !== undefined);
    const labelNames = [...tierLabels, "host", ...(labelled ? ["class"] : [])];
    const counter = new Counter({ name: `netwright_tier_${name}`, help, labelNames, registers });
    return (measurements, scope) => {
      counter.reset();
      for (const total of [...measurements.totals.tiers.values()].filter(isOf(scope)))
        for (const source of sources)
          if (source.kind === total.kind) counter.inc(labelsOf(total, source), valueOf(total, source));
    };
  });
  const gauges = tierGauges.map(([name, help]) => gaugeOf(registry, `tier_${name}`, help, tierLabels));
  const age = gaugeOf(registry, "tier_sample_age_seconds", "How old the newest sample of a tier is.", tierLabels);
  const setGauges: SetMeasured = (measurements, scope) => {
    for (const gauge of [...gauges, age]) gauge.reset();
    const question = { group: "tiers", filter: {}, scope, reduce: "Mean" } as const;
    for (const record of recordsNow(measurements, question, gaugeWindow)) {
      const labels = { project: record.project ?? "", service: record.service ?? "", tier: record.tier ?? "" };
      age.set(labels, record.age ?? 0);
      for (const [index, [, , measure]] of tierGauges.entries()) {
        const value = record.values[measure];
        if (value !== null) gauges[index]?.set(labels, value);
      }
    }
  };
  const latency = new LatencyHistogram({
    name: "netwright_tier_latency_seconds",
    help: "From a request at the proxy to the answer's headers. The sum is estimated from the buckets.",
    labelNames: tierLabels,
    les,
  });
  registry.registerMetric(latency.metric);
  const setLatencies: SetMeasured = ({ totals }, scope) =>
    latency.set(
      [...totals.latencies.values()].filter(isOf(scope)).map((total) => [latencyLabels(total), total.counts]),
    );
  return [...counters, setGauges, setLatencies];
}

const latencyLabels = ({ project, service, tier }: LatencyTotal) => ({ project, service, tier });

const labelsOf = ({ project, service, tier, host }: TierTotal, source: Source) => ({
  project,
  service,
  tier,
  host,
  ...(source.class === undefined ? {} : { class: source.class }),
});

const valueOf = ({ values }: TierTotal, { column }: Source): number => values[column] ?? 0;

const gaugeOf = (registry: Registry, name: string, help: string, labelNames: readonly string[]): Gauge =>
  new Gauge({ name: `netwright_${name}`, help, labelNames: [...labelNames], registers: [registry] });

function hostSetters(registry: Registry): readonly SetMeasured[] {
  const counters = hostCounters.map(([name, help, column]): SetMeasured => {
    const counter = new Counter({ name: `netwright_host_${name}`, help, labelNames: ["host"], registers: [registry] });
    return ({ totals }) => {
      counter.reset();
      for (const [host, values] of totals.hosts) counter.inc({ host }, values[column] ?? 0);
    };
  });
  const gauges = hostGauges.map(([name, help]) => gaugeOf(registry, `host_${name}`, help, ["host"]));
  const setGauges: SetMeasured = (measurements) => {
    for (const gauge of gauges) gauge.reset();
    const question = { group: "hosts", filter: {}, scope: null, reduce: "Mean" } as const;
    for (const { host, values } of recordsNow(measurements, question, gaugeWindow))
      for (const [index, [, , measure]] of hostGauges.entries())
        if (values[measure] !== null) gauges[index]?.set({ host: host ?? "" }, values[measure]);
  };
  return [...counters, setGauges];
}

/** What the samples take here. */
function keptSetter(registry: Registry): SetMeasured {
  const bytes = gaugeOf(registry, "server_samples_bytes", "Memory that samples of metrics take.", []);
  const oldest = gaugeOf(registry, "server_samples_seconds", "How far back samples of metrics reach.", []);
  const refused = new Counter({
    name: "netwright_server_samples_refused_total",
    help: "Samples for which there was no room: --metrics-memory is too small for even five minutes.",
    registers: [registry],
  });
  return ({ ring, now }) => {
    const use = ring.use;
    bytes.set(use.octets);
    oldest.set(use.oldest === undefined ? 0 : Math.max(0, now - use.oldest));
    refused.reset();
    refused.inc(use.refused);
  };
}
