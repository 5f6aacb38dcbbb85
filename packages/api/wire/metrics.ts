/** `GET /v1alpha1/metrics` and `.../metrics/range`: what was measured, put together as asked for. */
import { z } from "zod";

/** What each row of an answer is about. */
export const metricsGroups = ["services", "tiers", "instances", "hosts", "networks", "projects"] as const;
export type MetricsGroup = (typeof metricsGroups)[number];

/** `Mean`: over the seconds of the window. `Max`: of its worst second. Quantiles are of the whole window either way. */
export const metricsReductions = ["Mean", "Max"] as const;
export type MetricsReduction = (typeof metricsReductions)[number];

interface Measure {
  /** `1` is a number of things or a share. */
  readonly unit: "cores" | "1" | "1/s" | "octets" | "bit/s" | "ms";
  readonly summary: string;
}

const measure = (unit: Measure["unit"], summary: string): Measure => ({ unit, summary });

/** What a row tells. A value that was not measured is null. */
export const measures = {
  cpu: measure("cores", "CPU time used a second"),
  cpuShare: measure("1", "of the CPU time that it may use"),
  throttled: measure("1", "share of time in which a limit of CPU kept an instance waiting, mean of the instances"),
  memory: measure("octets", "memory in use"),
  memoryShare: measure("1", "of the memory that it may use"),
  cpuPressure: measure("1", "share of time in which something waited for CPU, mean of the instances"),
  memoryPressure: measure("1", "the same for memory"),
  ioPressure: measure("1", "the same for disks"),
  received: measure("bit/s", "received by instances"),
  sent: measure("bit/s", "sent by instances"),
  connections: measure("1", "open connections to instances"),
  requests: measure("1/s", "requests, as proxies count them"),
  errorRatio: measure("1", "share of requests that failed: answered with 5xx, not answered, or broken off"),
  refused: measure("1/s", "client connections that proxies refused"),
  retries: measure("1/s", "requests that proxies tried again"),
  queue: measure("1", "requests that wait in proxies for a member"),
  queueTime: measure("ms", "how long requests waited in proxies: mean of the last 1,024"),
  responseTime: measure("ms", "from the request sent to a member to its answer's headers: mean of the last 1,024"),
  latency50: measure(
    "ms",
    "half of all answers came within this: from the request to the answer's headers, at the proxy",
  ),
  latency95: measure("ms", "95 % of all answers came within this"),
  latency99: measure("ms", "99 % of all answers came within this"),
  flows: measure("1/s", "new flows at load balancers"),
  balancedPackets: measure("1/s", "packets from clients through load balancers"),
  balanced: measure("bit/s", "from clients through load balancers"),
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as readonly MeasureName[];

export type Measures = Readonly<Record<MeasureName, number | null>>;

/** What a row is about; fields that its group does not tell apart are null. */
export interface MetricsPlace {
  readonly project: string | null;
  readonly service: string | null;
  readonly tier: string | null;
  readonly instance: string | null;
  readonly host: string | null;
  readonly network: string | null;
}

export interface MetricsRecord extends MetricsPlace {
  /** Instances of which there are samples that are not stale. */
  readonly instances: number;
  /** Seconds since the newest sample; null where there is none any more. */
  readonly age: number | null;
  readonly values: Measures;
}

export interface MetricsAnswer {
  readonly group: MetricsGroup;
  /** RFC 3339: the end of the window, by the server's clock. */
  readonly at: string;
  /** Seconds. */
  readonly window: number;
  readonly items: readonly MetricsRecord[];
}

export interface MetricsSeries extends MetricsPlace {
  /** One per step; null where nothing was measured. */
  readonly values: readonly (number | null)[];
}

export interface MetricsRange {
  readonly group: MetricsGroup;
  readonly metric: MeasureName;
  /** RFC 3339: the beginning of the first step. */
  readonly from: string;
  /** Seconds. */
  readonly step: number;
  readonly items: readonly MetricsSeries[];
}

/** Only what is of all those that are given. */
export type MetricsFilter = Readonly<Partial<Record<keyof MetricsPlace, string>>>;

export interface MetricsQuery extends MetricsFilter {
  readonly group: MetricsGroup;
  /** Seconds. */
  readonly window?: number;
  readonly reduce?: MetricsReduction;
}

export interface MetricsRangeQuery extends MetricsFilter {
  readonly group: MetricsGroup;
  readonly metric: MeasureName;
  /** RFC 3339. */
  readonly from: string;
  readonly to?: string;
  /** Seconds. */
  readonly step?: number;
  readonly reduce?: MetricsReduction;
}

const name = z.string().max(500);
const reading = z.number().min(0).nullable();

/** What the server must know of contract's MetricsReport to take it. */
export const metricsReportSchema = z.strictObject({
  node: name,
  tables: z
    .array(
      z.strictObject({
        kind: name,
        columns: z.array(name).max(100),
        rows: z
          .array(
            z.union([
              z.tuple([name, reading, z.array(reading).max(100)]),
              z.tuple([
                name,
                reading,
                z.array(reading).max(100),
                z
                  .array(
                    z
                      .int()
                      .min(0)
                      .max(2 ** 32 - 1),
                  )
                  .max(1000),
              ]),
            ]),
          )
          .max(100_000),
      }),
    )
    .max(20),
});
