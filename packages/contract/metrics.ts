/**
 * What agents measure each second, and how they tell it. An agent says how much a counter rose and over what span, so that
 * neither a clock nor a restart of an engine has to be understood twice. What was not measured is null, never zero.
 */

/** `Counter`: how much it rose since the look before. `Gauge`: what it was. */
export interface Measured {
  readonly mode: "Counter" | "Gauge";
  /** `1` is a number of things. */
  readonly unit: "s" | "ms" | "octets" | "cores" | "1";
  readonly summary: string;
  /** Where it is read. */
  readonly source: string;
}

const counter = (unit: Measured["unit"], summary: string, source: string): Measured => ({
  mode: "Counter",
  unit,
  summary,
  source,
});
const gauge = (unit: Measured["unit"], summary: string, source: string): Measured => ({
  ...counter(unit, summary, source),
  mode: "Gauge",
});

const group = "control group";
const stat = "HAProxy, show stat";
const device = "/proc/PID/net/dev, the instance's own interface";

/** Of a container, or of a proxy's process. */
const ofInstances = {
  cpu: counter("s", "CPU time used", `${group}: cpuacct.usage, or cpu.stat (v2); a proxy: /proc/PID/schedstat`),
  throttled: counter("s", "time in which its limit let it not run", `${group}: cpu.stat`),
  cpuLimit: gauge("cores", "CPU time it may use a second", "its manifest, or the host's CPUs; a proxy: its one thread"),
  memory: gauge("octets", "memory in use, without files that could be dropped", `${group}: memory; a proxy: VmRSS`),
  memoryLimit: gauge("octets", "memory it may use", "its manifest, or the host's memory"),
  cpuPressure: counter(
    "s",
    "time in which a task of it waited for CPU",
    `${group}: cpu.pressure (v2); a proxy: schedstat`,
  ),
  memoryPressure: counter("s", "time in which a task of it waited for memory", `${group}: memory.pressure (v2)`),
  ioPressure: counter("s", "time in which a task of it waited for a disk", `${group}: io.pressure (v2)`),
  received: counter("octets", "received", device),
  sent: counter("octets", "sent", device),
  receivedPackets: counter("1", "packets received", device),
  sentPackets: counter("1", "packets sent", device),
  connections: gauge("1", "connections to it that are open", "/proc/PID/net/tcp6 and tcp; a proxy: scur"),
} as const;

/** Of the front of one proxy, all its listeners together. */
const ofProxies = {
  connections: counter("1", "client connections taken", `${stat}: conn_tot`),
  refused: counter("1", "client connections that were refused", `${stat}: dcon and dses`),
  requests: counter("1", "requests", `${stat}: req_tot`),
  successes: counter("1", "answers 1xx to 3xx", `${stat}: hrsp_1xx, hrsp_2xx, hrsp_3xx`),
  clientErrors: counter("1", "answers 4xx", `${stat}: hrsp_4xx`),
  serverErrors: counter("1", "answers 5xx, its own and those of members", `${stat}: hrsp_5xx`),
  open: gauge("1", "client connections that are open", `${stat}: scur`),
  idle: gauge("1", "share of time in which its process had nothing to do", "HAProxy, show info: Idle_pct"),
} as const;

/** Of one member, as one proxy sees it. */
const ofMembers = {
  requests: counter("1", "requests sent to it", `${stat}: stot`),
  successes: counter("1", "answers 1xx to 3xx", `${stat}: hrsp_1xx, hrsp_2xx, hrsp_3xx`),
  clientErrors: counter("1", "answers 4xx", `${stat}: hrsp_4xx`),
  serverErrors: counter("1", "answers 5xx", `${stat}: hrsp_5xx`),
  failed: counter("1", "connections refused or not answered, and answers that broke off", `${stat}: econ and eresp`),
  retried: counter("1", "requests tried again, here or at another", `${stat}: wretr and wredis`),
  sessions: gauge("1", "requests that it works on", `${stat}: scur`),
  queue: gauge("1", "requests that wait for it", `${stat}: qcur`),
  queueTime: gauge("ms", "mean wait of the last 1,024 requests", `${stat}: qtime`),
  connectTime: gauge("ms", "mean time to connect, last 1,024 requests", `${stat}: ctime`),
  responseTime: gauge("ms", "mean time to an answer's headers, last 1,024 requests", `${stat}: rtime`),
  totalTime: gauge("ms", "mean time of a whole session, last 1,024 requests", `${stat}: ttime`),
} as const;

/** Of one listener on one load balancer. */
const ofListeners = {
  packets: counter("1", "packets from clients", "the load balancer's counters"),
  octets: counter("octets", "octets from clients", "the load balancer's counters"),
  flows: counter(
    "1",
    "packets for which a member was picked anew: new flows, for the most part",
    "the load balancer's counters",
  ),
} as const;

/** Of a host: the whole machine, which hosts of a lab share. */
const ofHosts = {
  cpu: counter("s", "CPU time used, of all its CPUs", "/proc/stat: all but idle, iowait and steal"),
  steal: counter("s", "CPU time that its hypervisor gave to others", "/proc/stat: steal"),
  cpuLimit: gauge("cores", "CPUs", "/proc/stat"),
  memory: gauge("octets", "memory in use", "/proc/meminfo: MemTotal less MemAvailable"),
  memoryLimit: gauge("octets", "memory", "/proc/meminfo: MemTotal"),
  cpuPressure: counter("s", "time in which a task waited for CPU", "/proc/pressure/cpu: some"),
  memoryPressure: counter("s", "time in which a task waited for memory", "/proc/pressure/memory: some"),
  ioPressure: counter("s", "time in which a task waited for a disk", "/proc/pressure/io: some"),
} as const;

/** By kind of subject, in the order in which the server keeps them. */
export const measured = {
  Instance: ofInstances,
  Proxy: ofProxies,
  Member: ofMembers,
  Listener: ofListeners,
  Host: ofHosts,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Measured>>>>;

export type SubjectKind = keyof typeof measured;
export type MetricOf<Kind extends SubjectKind> = keyof (typeof measured)[Kind] & string;

export interface MetricsReport {
  readonly node: string;
  readonly tables: readonly MetricsTable[];
}

export interface MetricsTable {
  /** A `SubjectKind`; the server passes over those that it does not know. */
  readonly kind: string;
  /** Names of `measured`, in the order of the values. */
  readonly columns: readonly string[];
  readonly rows: readonly MetricsRow[];
}

/**
 * - `subject`, by kind: `PROJECT/ID` (Instance, Proxy), `PROJECT/PROXY/MEMBER` (Member),
 *   `PROJECT/SERVICE/PROTOCOL/PORT/VIP` (Listener), the node's name (Host).
 * - `elapsed`: milliseconds over which the counters rose; null where there was no look before: then they are null too.
 * - `latencies`, of members: pairs of a latency bucket's number and how many answers fell into it.
 */
export type MetricsRow = readonly [
  subject: string,
  elapsed: number | null,
  values: readonly (number | null)[],
  latencies?: readonly number[],
];
