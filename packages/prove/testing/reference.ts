/** The slow way: every packet that could matter is sent through the model, and clauses are looked up in what arrived. */
import type { CanReach, Clause, EndSelector, TierSelector } from "@netwright/api";
import { isPrefix, type Ipv6 } from "@netwright/base";
import type { HostState, Protocol, WorkloadState } from "@netwright/contract";
import {
  buildFabric,
  entryHosts,
  entryHostsBeyond,
  exampleClient,
  portsToMembers,
  send,
  type Fabric,
  type Packet,
} from "@netwright/model";

/** `s0/a`, or `internet`. */
type EndName = string;

interface Arrived {
  readonly from: EndName;
  readonly source: string;
  readonly destination: Ipv6;
  readonly protocol: Protocol;
  readonly port: number;
  /** Undefined: it was dropped. */
  readonly to: EndName | undefined;
}

/** All ways that connections go; each tried from each instance, by each host from outside and to each member. */
export interface Reference {
  readonly arrived: readonly Arrived[];
  readonly instances: ReadonlyMap<EndName, readonly WorkloadState[]>;
  readonly networkOf: ReadonlyMap<EndName, string>;
  readonly vips: ReadonlyMap<string, ReadonlySet<Ipv6>>;
}

export const referencePorts = [22, 80, 443, 5432, 8080];

export function referenceOf(states: readonly HostState[]): Reference {
  const fabric = buildFabric(states);
  const instances = new Map<EndName, WorkloadState[]>();
  const networkOf = new Map<EndName, string>();
  const vips = new Map<string, Set<Ipv6>>();
  for (const { state } of [...fabric.networks.values()].flatMap((each) => [...each.values()])) {
    for (const workload of state.workloads) {
      const end = `${workload.service}/${workload.tier}`;
      instances.set(end, [...(instances.get(end) ?? []), workload]);
      networkOf.set(end, state.name);
    }
    for (const { service, vip } of state.loadBalancers) vips.set(service, (vips.get(service) ?? new Set()).add(vip));
  }
  const arrived: Arrived[] = [];
  for (const packet of packets(fabric, instances, vips))
    for (const each of outcomes(fabric, packet))
      arrived.push({ ...each, from: senderOf(fabric, packet), source: packet.source });
  return { arrived, instances, networkOf, vips };
}

function senderOf({ instances }: Fabric, { from }: Packet): EndName {
  if (from === "internet") return "internet";
  const workload = instances.get(`${from.project}/${from.instance}`)?.workload;
  return `${workload?.service}/${workload?.tier}`;
}

function* packets(fabric: Fabric, instances: Reference["instances"], vips: Reference["vips"]): Generator<Packet> {
  const workloads = [...instances.values()].flat();
  const addresses = [
    ...workloads.map(({ address }) => address),
    ...[...vips.values()].flatMap((each) => [...each]),
    exampleClient,
  ];
  const names = new Set(
    [...fabric.hosts].flatMap(({ networks }) =>
      networks.flatMap(({ egress = [] }) => egress.flatMap(({ to }) => (isPrefix(to) ? [] : [to]))),
    ),
  );
  for (const destination of new Set(addresses))
    for (const destinationPort of referencePorts)
      for (const protocol of ["tcp", "udp"] as const) {
        const ports = { destination, destinationPort, protocol, sourcePort: 40_000 };
        if (destination !== exampleClient) yield { ...ports, from: "internet", source: exampleClient };
        for (const { id, address } of workloads) {
          if (address === destination) continue;
          const packet = { ...ports, from: { project: "default", instance: id }, source: address };
          yield packet;
          for (const name of names) yield { ...packet, name };
        }
      }
}

/** By each host that it may come in at, and to each member that may be picked. */
function* outcomes(fabric: Fabric, packet: Packet): Generator<Omit<Arrived, "from" | "source">> {
  const { destination, protocol, destinationPort: port } = packet;
  const about = { destination, protocol, port };
  const hosts = hostsFor(fabric, packet);
  if (hosts.length === 0) yield { ...about, to: undefined };
  for (const via of hosts) {
    for (const sourcePort of sourcePorts(fabric, packet, via)) {
      const { deliveredTo, verdict } = send(fabric, { ...packet, sourcePort }, via);
      const workload =
        deliveredTo === undefined
          ? undefined
          : fabric.instances.get(`${deliveredTo.project}/${deliveredTo.instance}`)?.workload;
      const left = verdict === "Delivered" ? "internet" : undefined;
      yield { ...about, to: workload === undefined ? left : `${workload.service}/${workload.tier}` };
    }
  }
}

/** Where it comes in; undefined: nowhere from outside. */
function hostsFor(fabric: Fabric, { from, destination }: Packet): readonly (string | undefined)[] {
  if (from === "internet") return entryHosts(fabric, destination);
  const sender = fabric.instances.get(`${from.project}/${from.instance}`)?.host;
  const hosts = sender === undefined ? [] : entryHostsBeyond(fabric, sender, destination);
  return hosts.length === 0 ? [undefined] : hosts;
}

/** All that the sender may be known by there. */
function sourcesOf({ instances }: Fabric, { from }: Packet): readonly Ipv6[] {
  if (from === "internet") return [exampleClient];
  const { egress = [] } = instances.get(`${from.project}/${from.instance}`)?.network.state ?? {};
  return egress.map(({ source }) => source);
}

function sourcePorts(fabric: Fabric, packet: Packet, via: string | undefined): Iterable<number> {
  const { destination, protocol, destinationPort } = packet;
  const listener = fabric.nodes
    .get(via ?? "")
    ?.networks.flatMap(({ loadBalancers }) => loadBalancers)
    .find((each) => each.vip === destination && each.protocol === protocol && each.port === destinationPort);
  const ports = new Set(
    sourcesOf(fabric, packet).flatMap((source) =>
      listener === undefined ? [] : [...portsToMembers(listener, source, 40_000).values()],
    ),
  );
  return ports.size === 0 ? [40_000] : ports;
}

/** Whether a clause holds; ports must be written. */
export function holdsIn(reference: Reference, clause: Clause): boolean {
  const [from, to] = [endsIn(reference, clause.from), endsIn(reference, clause.to)];
  const isMeant = ({ protocol, port }: Arrived): boolean =>
    clause.protocols.includes(protocol) &&
    (clause.ports.length === 0 || clause.ports.some(({ first, last }) => first <= port && port <= last));
  const reaches = reference.arrived.filter((each) => each.to !== undefined);
  switch (clause.form) {
    case "CanReach":
      return [...from].every((one) =>
        [...to].every((other) => one === other || canReach(reference, clause, one, other)),
      );
    case "CannotReach":
      return !reaches.some((each) => from.has(each.from) && to.has(each.to ?? "") && isMeant(each));
    case "OnlyFrom":
      return !reaches.some(
        (each) =>
          !from.has(each.from) &&
          to.has(each.to ?? "") &&
          isMeant(each) &&
          !(from.has("internet") && isPublic(reference, each)),
      );
    case "OnlyThrough":
      return !getsAround(
        reference,
        from,
        to,
        clause.through.map((each) => endsIn(reference, [each])),
        isMeant,
      );
  }
}

const isPublic = ({ vips }: Reference, { destination }: Arrived): boolean =>
  [...vips.values()].some((each) => each.has(destination));

function endsIn({ instances }: Reference, selectors: readonly EndSelector[]): ReadonlySet<EndName> {
  return new Set(
    selectors.flatMap((selector) => {
      if (selector === "internet") return ["internet"];
      if (selector === "anything") return ["internet", ...instances.keys()];
      const { service, tier } = selector as TierSelector;
      return tier === undefined
        ? [...instances.keys()].filter((end) => end.startsWith(`${service}/`))
        : [`${service}/${tier}`];
    }),
  );
}

/** Each instance to each instance inside a network; over the public address from outside it. */
function canReach(reference: Reference, { protocols, ports }: CanReach, from: EndName, to: EndName): boolean {
  const { instances, networkOf, vips, arrived } = reference;
  const targets = instances.get(to) ?? [];
  const isNear = networkOf.has(from) && networkOf.get(from) === networkOf.get(to);
  const addresses: Iterable<Ipv6> = isNear
    ? targets.map(({ address }) => address)
    : (vips.get(to.split("/")[0] ?? "") ?? []);
  if (targets.length === 0) return false;
  const tried = new Set(addresses);
  if (tried.size === 0) return false;
  return protocols.every((protocol) =>
    ports.every(({ first }) => {
      const all = arrived.filter(
        (each) =>
          each.from === from && tried.has(each.destination) && each.protocol === protocol && each.port === first,
      );
      return all.length > 0 && all.every((each) => each.to === to);
    }),
  );
}

/** Forwards, from everybody who may start. */
function getsAround(
  { arrived }: Reference,
  from: ReadonlySet<EndName>,
  to: ReadonlySet<EndName>,
  waypoints: readonly ReadonlySet<EndName>[],
  isMeant: (each: Arrived) => boolean,
): boolean {
  const reached = new Map<string, readonly [EndName, number]>([...from].map((end) => [`${end} 0`, [end, 0]]));
  for (const [end, passed] of reached.values()) {
    for (const each of arrived) {
      if (each.from !== end || each.to === undefined) continue;
      if (to.has(each.to) && isMeant(each) && passed < waypoints.length) return true;
      if (each.to === "internet") continue;
      const now = waypoints[passed]?.has(each.to) === true ? passed + 1 : passed;
      if (now < waypoints.length) reached.set(`${each.to} ${now}`, [each.to, now]);
    }
  }
  return false;
}
