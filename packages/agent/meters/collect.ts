/** One look at everything that is measured on a host. Starts no process. */
import type { Milliseconds } from "@netwright/base";
import type {
  ContainerRun,
  HostState,
  InstanceReport,
  KernelFiles,
  MetricsReport,
  MetricsRow,
  MetricsTable,
  NodeSystem,
  SubjectKind,
  WorkloadState,
} from "@netwright/contract";
import { measured } from "@netwright/contract";
import type { ListenerMeter } from "@netwright/drivers";
import { readProxyUsage, type ProxyUsage } from "@netwright/drivers/proxy-haproxy/index.ts";
import type { ContainerMeter } from "@netwright/drivers/runtime-crun/index.ts";
import type { Counters, Reading } from "./counters.ts";
import { readHost, readInterface, readProcess, type HostUsage } from "./host-usage.ts";

/** What there is to look at while the state stays the same. */
export interface Subjects {
  readonly state: HostState;
  readonly containers: readonly Container[];
  readonly proxies: readonly { readonly project: string; readonly id: string }[];
}

export interface Container {
  readonly project: string;
  readonly workload: WorkloadState;
  readonly run: ContainerRun;
  readonly meter: ContainerMeter;
}

export interface Look {
  readonly system: Pick<NodeSystem, "paths">;
  readonly files: KernelFiles;
  readonly subjects: Subjects;
  /** Of the last look at instances. */
  readonly instances: readonly InstanceReport[];
  readonly listeners: ListenerMeter | undefined;
  readonly counters: Counters;
  /** Monotonic. */
  readonly now: () => Milliseconds;
}

export async function collect(look: Look): Promise<MetricsReport> {
  const { subjects, counters, listeners, now } = look;
  const host = readHost(look.files);
  const rows: Record<SubjectKind, MetricsRow[]> = { Instance: [], Proxy: [], Member: [], Listener: [], Host: [] };
  const add = <Kind extends SubjectKind>(kind: Kind, reading: Reading<Kind>): void =>
    void rows[kind].push(counters.row(kind, reading, now()));
  add("Host", { subject: subjects.state.node, engine: "", values: host });
  const open = new Map(look.instances.map(({ project, id, connections }) => [`${project}/${id}`, connections]));
  for (const container of subjects.containers) add("Instance", containerReading(look.files, container, host, open));
  const looks = subjects.proxies.map(async ({ project, id }) => {
    const usage = await readProxyUsage(look.system, { project, id });
    if (usage === undefined) return;
    const subject = `${project}/${id}`;
    add("Instance", processReading(look.files, subject, usage, host));
    add("Proxy", { subject, engine: String(usage.pid), values: { ...usage.front, idle: usage.idle } });
    for (const [member, { latencies, ...values }] of usage.members)
      add("Member", { subject: `${subject}/${member}`, engine: String(usage.pid), values, latencies });
  });
  await Promise.all([...looks, listenersInto(add, listeners, subjects.state)]);
  counters.forget(now());
  return { node: subjects.state.node, tables: tablesOf(rows) };
}

async function listenersInto(
  add: (kind: "Listener", reading: Reading<"Listener">) => void,
  meter: ListenerMeter | undefined,
  state: HostState,
): Promise<void> {
  for (const { project, service, vip, protocol, port, ...values } of (await meter?.read(state).catch(() => [])) ?? [])
    add("Listener", { subject: `${project}/${service}/${protocol}/${port}/${vip}`, engine: "", values });
}

function containerReading(
  files: KernelFiles,
  { project, workload, run, meter }: Container,
  host: HostUsage,
  open: ReadonlyMap<string, number | null>,
): Reading<"Instance"> {
  const subject = `${project}/${workload.id}`;
  const pid = meter.pid(files);
  const { cpuMillis, memoryBytes } = run.resources;
  return {
    subject,
    engine: meter.generation,
    values: {
      ...meter.read(files),
      ...(pid === undefined ? {} : readInterface(files, pid)),
      cpuLimit: cpuMillis === null ? host.cpuLimit : cpuMillis / 1000,
      memoryLimit: memoryBytes ?? host.memoryLimit,
      connections: open.get(subject) ?? undefined,
    },
  };
}

const processReading = (
  files: KernelFiles,
  subject: string,
  { pid, front }: ProxyUsage,
  host: HostUsage,
): Reading<"Instance"> => ({
  subject,
  engine: String(pid),
  values: {
    ...readProcess(files, pid),
    ...readInterface(files, pid),
    cpuLimit: 1,
    memoryLimit: host.memoryLimit,
    connections: front.open,
  },
});

const tablesOf = (rows: Readonly<Record<SubjectKind, readonly MetricsRow[]>>): readonly MetricsTable[] =>
  (Object.keys(rows) as SubjectKind[])
    .filter((kind) => rows[kind].length > 0)
    .map((kind) => ({ kind, columns: Object.keys(measured[kind]), rows: rows[kind] }));
