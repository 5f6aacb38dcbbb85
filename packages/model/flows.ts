/** Every kind of connection that the fabric lets through. */
import { NetwrightError, parseIpv6, type Ipv6 } from "@netwright/base";
import type { ClassId, LoadBalancer, Origin, PolicyEntry, Protocol, WorkloadState } from "@netwright/contract";
import { portsToMembers } from "./choose.ts";
import { instanceKey, policyKey, type Fabric, type LocalNetwork } from "./fabric.ts";
import { send } from "./send.ts";
import type { Delivered, Packet, Trace } from "./trace.ts";

/** The name of a class: one service's one tier. */
export interface ClassName {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
}

export interface Flow {
  readonly vni: number;
  readonly project: string;
  readonly network: string;
  /** Null is anything outside the fabric. */
  readonly from: ClassName | null;
  readonly to: ClassName;
  readonly protocol: Protocol;
  /** As the target sees it. */
  readonly port: number;
  /** Where the client of an outside flow connects to; null between classes. */
  readonly listener: { readonly vip: Ipv6; readonly port: number } | null;
  readonly origin: Origin;
  /** A packet that takes this flow in this fabric, and its way. */
  readonly example: Packet;
  readonly trace: Trace;
}

/** Same key, same flow, in any two fabrics. */
export function flowKey(
  flow: Pick<Flow, "project" | "network" | "from" | "to" | "protocol" | "port" | "listener">,
): string {
  const at = flow.listener === null ? "" : ` at ${flow.listener.vip} ${flow.listener.port}`;
  return `${flow.project}.${flow.network} ${printClass(flow.from)} > ${printClass(flow.to)} ${flow.protocol} ${flow.port}${at}`;
}

const printClass = (cls: ClassName | null): string =>
  cls === null ? "outside" : `${cls.project}/${cls.service}/${cls.tier}`;

/** A client outside (RFC 3849) and its first port, for examples. */
export const exampleClient: Ipv6 = parseIpv6("2001:db8:f::1");
const examplePort = 40_000;

/**
 * All flows, by key; of the given networks only, when there is a list. Each is proven by a packet that was sent: a
 * rule that no packet can use yields none.
 */
export function flowsOf(fabric: Fabric, vnis: Iterable<number> = fabric.networks.keys()): readonly Flow[] {
  const flows = new Map<string, Flow>();
  for (const vni of vnis) {
    const network = fabric.networks.get(vni);
    if (network === undefined) continue;
    for (const flow of [...outside(fabric, network), ...between(fabric, network)]) flows.set(flowKey(flow), flow);
  }
  return [...flows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, flow]) => flow);
}

type OnHosts = ReadonlyMap<string, LocalNetwork>;

/** Per listener and class of its members: the first packet that arrives. */
function* outside(fabric: Fabric, network: OnHosts): Generator<Flow> {
  const found = new Set<string>();
  for (const local of network.values()) {
    for (const listener of local.state.loadBalancers) {
      for (const port of portsToMembers(listener, exampleClient, examplePort).values()) {
        const flow = outsideFlow(fabric, local, listener, port);
        if (flow === undefined || found.has(flowKey(flow))) continue;
        found.add(flowKey(flow));
        yield flow;
      }
    }
  }
}

function outsideFlow(
  fabric: Fabric,
  local: LocalNetwork,
  listener: LoadBalancer,
  sourcePort: number,
): Flow | undefined {
  const { vip, protocol, port, origin } = listener;
  const example: Packet = {
    from: "internet",
    source: exampleClient,
    destination: vip,
    protocol,
    sourcePort,
    destinationPort: port,
  };
  const trace = send(fabric, example, local.host.node);
  if (trace.deliveredTo === undefined) return undefined;
  const to = classOf(fabric, trace.deliveredTo);
  return {
    ...nameOf(local),
    from: null,
    to,
    protocol,
    port: trace.deliveredTo.port,
    listener: { vip, port },
    origin,
    example,
    trace,
  };
}

/** Per rule: the first pair of instances of its classes between which a packet arrives. */
function* between(fabric: Fabric, network: OnHosts): Generator<Flow> {
  const members = membersOf(network);
  const found = new Set<string>();
  for (const local of network.values()) {
    for (const entry of local.state.policy) {
      const key = policyKey(entry.from, entry.to, entry.protocol, entry.port);
      if (found.has(key)) continue;
      const flow = firstOf(pairs(members, entry), ([source, target]) =>
        classFlow(fabric, local, entry, source, target),
      );
      if (flow === undefined) continue;
      found.add(key);
      yield flow;
    }
  }
}

function* pairs(
  members: ReadonlyMap<ClassId, readonly WorkloadState[]>,
  { from, to }: PolicyEntry,
): Generator<[WorkloadState, WorkloadState]> {
  for (const source of members.get(from) ?? []) {
    for (const target of members.get(to) ?? []) if (source !== target) yield [source, target];
  }
}

function classFlow(
  fabric: Fabric,
  local: LocalNetwork,
  entry: PolicyEntry,
  source: WorkloadState,
  target: WorkloadState,
): Flow | undefined {
  const { project } = local.state;
  const { protocol, port, origin } = entry;
  const example: Packet = {
    from: { project, instance: source.id },
    source: source.address,
    destination: target.address,
    protocol,
    sourcePort: examplePort,
    destinationPort: port,
  };
  const trace = send(fabric, example);
  if (trace.verdict === "Dropped") return undefined;
  return {
    ...nameOf(local),
    from: className(project, source),
    to: className(project, target),
    protocol,
    port,
    listener: null,
    origin,
    example,
    trace,
  };
}

function membersOf(network: OnHosts): ReadonlyMap<ClassId, readonly WorkloadState[]> {
  const members = new Map<ClassId, WorkloadState[]>();
  for (const workload of [...network.values()].flatMap(({ state }) => state.workloads)) {
    const list = members.get(workload.class);
    if (list === undefined) members.set(workload.class, [workload]);
    else list.push(workload);
  }
  return members;
}

function firstOf<T, R>(items: Iterable<T>, make: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const made = make(item);
    if (made !== undefined) return made;
  }
  return undefined;
}

const nameOf = ({ state }: LocalNetwork): Pick<Flow, "vni" | "project" | "network"> => ({
  vni: state.vni,
  project: state.project,
  network: state.name,
});
const className = (project: string, { service, tier }: WorkloadState): ClassName => ({ project, service, tier });

function classOf(fabric: Fabric, { project, instance }: Delivered): ClassName {
  const located = fabric.instances.get(instanceKey(project, instance));
  if (located === undefined) throw new NetwrightError("NW1801", `${instance} received a packet but is nowhere`);
  return className(project, located.workload);
}
