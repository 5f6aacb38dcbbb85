/** The table of `top`. Pure. */
import { defaultProject, type MeasureName, type MetricsGroup, type MetricsRecord } from "@netwright/api";
import { figure, meter, sparkline } from "./figures.ts";

/** What `--sort` takes, and what it looks at. `name` is the order of the server. */
export const sortings = {
  name: null,
  cpu: "cpu",
  memory: "memory",
  requests: "requests",
  errors: "errorRatio",
  latency: "latency95",
  queue: "queue",
  connections: "connections",
  traffic: "sent",
} as const satisfies Readonly<Record<string, MeasureName | null>>;

export type Sorting = keyof typeof sortings;

/** Groups that a person looks at; the API has more. */
export const topGroups = ["services", "tiers", "instances", "hosts"] as const satisfies readonly MetricsGroup[];
export type TopGroup = (typeof topGroups)[number];

interface Column {
  readonly title: string;
  readonly value: (record: MetricsRecord) => string;
  readonly left?: true;
}

const left = (title: string, value: Column["value"]): Column => ({ title, value, left: true });
const measured = (title: string, name: MeasureName): Column => ({
  title,
  value: ({ values }) => figure(name, values[name]),
});

/** Seconds after which the age of the newest sample is shown in words. */
const oldAge = 3;

const ageText = (age: number | null): string => (age === null ? "-" : age > oldAge ? `${age}s ago` : "now");

const cpu = [measured("CPU", "cpu"), measured("CPU%", "cpuShare"), left("", ({ values }) => meter(values.cpuShare, 8))];
const memory = [measured("MEM", "memory"), measured("MEM%", "memoryShare")];
const traffic = [measured("IN b/s", "received"), measured("OUT b/s", "sent")];
const requests = [measured("REQ/s", "requests"), measured("ERR%", "errorRatio")];
const latencies = [measured("P50 ms", "latency50"), measured("P95 ms", "latency95"), measured("P99 ms", "latency99")];
const queue = [measured("QUEUE", "queue"), measured("CONN", "connections")];
const flows = measured("FLOWS/s", "flows");
const count: Column = { title: "INST", value: ({ instances }) => String(instances) };
const age = left("SAMPLE", (record) => ageText(record.age));

/** With the project before it where it is not the default one. */
function named(record: MetricsRecord, ...parts: readonly (string | null)[]): string {
  const project = record.project === null || record.project === defaultProject ? [] : [record.project];
  return [...project, ...parts].filter((part) => part !== null).join("/");
}

const columns: Readonly<Record<TopGroup, readonly Column[]>> = {
  services: [
    left("SERVICE", (record) => named(record, record.service)),
    count,
    ...cpu,
    ...memory,
    ...requests,
    ...latencies,
    ...queue,
    flows,
    age,
  ],
  tiers: [
    left("TIER", (record) => named(record, record.service, record.tier)),
    count,
    ...cpu,
    ...memory,
    ...requests,
    ...latencies,
    ...queue,
    flows,
    age,
  ],
  instances: [
    left("INSTANCE", (record) => named(record, record.instance)),
    left("HOST", ({ host }) => host ?? "-"),
    ...cpu,
    measured("WAIT%", "throttled"),
    ...memory,
    ...requests,
    measured("P95 ms", "latency95"),
    ...queue,
    ...traffic,
    age,
  ],
  hosts: [
    left("HOST", ({ host }) => host ?? "-"),
    count,
    ...cpu,
    ...memory,
    measured("CPU WAIT%", "cpuPressure"),
    ...requests,
    measured("CONN", "connections"),
    ...traffic,
    flows,
    age,
  ],
};

export const keyOf = (record: MetricsRecord): string =>
  [record.project, record.service, record.tier, record.instance, record.host].join("\n");

export interface TopOptions {
  readonly sort: Sorting;
  /** What each row had of the metric that it is sorted by, or of CPU, oldest first. Absent: no line of it. */
  readonly history?: ReadonlyMap<string, readonly (number | null)[]>;
}

/** Highest first; what was not measured last. */
export function sorted(records: readonly MetricsRecord[], sort: Sorting): readonly MetricsRecord[] {
  const name = sortings[sort];
  if (name === null) return records;
  return records.toSorted((a, b) => (b.values[name] ?? -1) - (a.values[name] ?? -1));
}

/** What the line of the last minute is of. */
export const trendOf = (sort: Sorting): MeasureName => sortings[sort] ?? "cpu";

export function topTable(group: TopGroup, records: readonly MetricsRecord[], { sort, history }: TopOptions): string {
  const trend: Column = left(trendOf(sort), (record) => sparkline(history?.get(keyOf(record)) ?? []));
  const shown = history === undefined ? columns[group] : [...columns[group], trend];
  const rows = sorted(records, sort).map((record) => shown.map(({ value }) => value(record)));
  const all = [shown.map(({ title }) => title), ...rows];
  const widths = shown.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all
    .map((row) => row.map((cell, index) => aligned(cell, widths[index] ?? 0, shown[index]?.left === true)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

const aligned = (cell: string, width: number, isLeft: boolean): string =>
  isLeft ? cell.padEnd(width) : cell.padStart(width);

/** Lines of a screen: what does not fit is cut, and counted in the last line. */
export function fitted(text: string, columnsMax: number, rowsMax: number): string {
  const lines = text.trimEnd().split("\n");
  const kept = lines.length > rowsMax ? lines.slice(0, rowsMax - 1) : lines;
  const more = lines.length > rowsMax ? [`... ${lines.length - kept.length} more`] : [];
  return [...kept, ...more].map((line) => Array.from(line).slice(0, columnsMax).join("")).join("\n");
}
