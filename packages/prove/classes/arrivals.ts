/** Connections from outside: what each host that may get one, and each member, makes of it. */
import type { Ipv6 } from "@netwright/base";
import type { Delivery, LoadBalancer, LoadBalancerMember, Origin, Protocol, WorkloadState } from "@netwright/contract";
import type { Attempt, Edge, Entering } from "./edge.ts";
import { internetEnd, tierEnd, type TierEnd } from "./ends.ts";
import { atOnce, isLinked, tunnelTo, type Local, type Network } from "./network.ts";
import { originKey } from "./policy-edges.ts";

/** A public address, protocol and port. */
export interface PublicPoint {
  readonly vip: Ipv6;
  readonly protocol: Protocol;
  readonly port: number;
}

export const pointKey = ({ vip, protocol, port }: PublicPoint): string => `${vip} ${protocol} ${port}`;

/** One host that may get the packet, and one member that may be picked there. */
export interface Arrival {
  readonly node: string;
  readonly local: Local | undefined;
  readonly listener: LoadBalancer | undefined;
  readonly member: LoadBalancerMember | undefined;
  /** Where the member is. */
  readonly far: Local | undefined;
  /** Undefined: it is dropped. */
  readonly delivered: Delivered | undefined;
  /** Nobody is sure of a member and its host at different sides of a change: the order of its steps sees to that. */
  readonly isSure: boolean;
}

export interface Delivered {
  readonly end: TierEnd;
  readonly local: Local;
  readonly workload: WorkloadState;
  readonly delivery: Delivery;
}

/** A listener on a host. */
export interface Standing {
  readonly local: Local;
  readonly listener: LoadBalancer;
}

/** @param standing undefined where the host has no such listener */
export function arrivalsAt(
  point: PublicPoint,
  node: string,
  standing: Standing | undefined,
  networkAt: (vni: number) => Network | undefined,
): readonly Arrival[] {
  const nothing = { node, local: undefined, listener: undefined, member: undefined, ...lost };
  if (standing === undefined) return [nothing];
  const { local, listener } = standing;
  if (listener.members.length === 0) return [{ ...nothing, local, listener }];
  const network = networkAt(local.state.vni);
  return listener.members.flatMap((member) => {
    const outcomes = network === undefined ? [] : deliveries(network, local, member, point);
    return outcomes.map((outcome) => ({ node, local, listener, member, ...outcome }));
  });
}

type Outcome = Pick<Arrival, "delivered" | "isSure" | "far">;
const lost: Outcome = { delivered: undefined, isSure: true, far: undefined };

/** At each side of a change that the member's host may be at. */
function deliveries(network: Network, near: Local, member: LoadBalancerMember, point: PublicPoint): readonly Outcome[] {
  if (member.hostId === near.underlay.hostId) return [deliver(near, member, point, true)];
  const tunnel = tunnelTo(near, member.hostId);
  if (tunnel === undefined || !tunnel.memberMacs.includes(member.mac)) return [lost];
  const there = network.locals.get(tunnel.host) ?? [];
  if (there.length === 0) return [lost];
  return there.map((far) => {
    const stays =
      there.length === 1 || there.every((each) => each.state.workloads.some(({ id }) => id === member.instance));
    const isSure = atOnce(far.side, near.side) || stays;
    return isLinked(near, far, member.hostId) ? deliver(far, member, point, isSure) : { ...lost, isSure, far };
  });
}

function deliver(local: Local, { mac }: LoadBalancerMember, point: PublicPoint, isSure: boolean): Outcome {
  const { deliveries: all, workloads, project, name: network } = local.state;
  const delivery = all.find(
    (each) =>
      each.mac === mac && each.port === point.port && each.protocol === point.protocol && each.vip === point.vip,
  );
  const workload = workloads.find(({ address }) => address === delivery?.address);
  if (delivery === undefined || workload === undefined) return { delivered: undefined, isSure, far: local };
  const end = tierEnd({ project, network, service: workload.service, tier: workload.tier });
  return { delivered: { end, local, workload, delivery }, isSure, far: local };
}

const attemptOf = ({ vip }: PublicPoint, arrival: Arrival): Attempt => ({
  kind: "Public",
  destination: vip,
  ...enteringAt(arrival),
});

export const enteringAt = ({ node, local, listener, member, far }: Arrival): Entering => ({
  node,
  listener: local === undefined || listener === undefined ? undefined : { local, listener },
  member: member === undefined ? undefined : { member, local: far },
});

/** From outside to each tier that gets something at the point. */
export function publicEdges(point: PublicPoint, arrivals: readonly Arrival[]): readonly Edge[] {
  const { vip, protocol, port } = point;
  const ends = new Map<string, TierEnd>();
  for (const { delivered } of arrivals) if (delivered !== undefined) ends.set(delivered.end.key, delivered.end);
  return [...ends.values()].map((to) => {
    const own = arrivals.filter(({ delivered }) => delivered?.end.key === to.key);
    const fails = arrivals.find(({ delivered, isSure }) => isSure && delivered?.end.key !== to.key);
    const { local, listener } = own[0] as Arrival;
    const { project, name: network } = (local as Local).state;
    return {
      from: internetEnd,
      to,
      protocol,
      port,
      listener: {
        vip,
        service: tierEnd({ project, network, service: (listener as LoadBalancer).service, tier: "lb" }),
      },
      egress: undefined,
      origins: originsOf(own),
      may: attemptOf(point, own[0] as Arrival),
      fails: fails === undefined ? undefined : attemptOf(point, fails),
      steps: arrivals.length,
    };
  });
}

function originsOf(arrivals: readonly Arrival[]): readonly Origin[] {
  const origins = arrivals.flatMap(({ listener, delivered }) =>
    [listener?.origin, delivered?.delivery.origin].filter((each) => each !== undefined),
  );
  return [...new Map(origins.map((each) => [originKey(each), each])).values()];
}
