/** Every node's state, indexed by what a packet carries. */
import type { Ipv6 } from "@netwright/base";
import type {
  ClassId,
  Delivery,
  HostState,
  ListenerKey,
  LoadBalancer,
  NetworkState,
  PolicyEntry,
  Protocol,
  WorkloadState,
} from "@netwright/contract";
import { indexBgp, type BgpIndex } from "./bgp-index.ts";

export interface Fabric {
  readonly nodes: ReadonlyMap<string, HostState>;
  readonly hosts: readonly HostState[];
  readonly routers: readonly HostState[];
  /** Tenant networks on hosts, by VNI, then host. */
  readonly networks: ReadonlyMap<number, ReadonlyMap<string, LocalNetwork>>;
  /** By `PROJECT/INSTANCE`. */
  readonly instances: ReadonlyMap<string, Located>;
  readonly bgp: BgpIndex;
}

/** An instance and where it is. */
export interface Located {
  readonly host: HostState;
  readonly network: LocalNetwork;
  readonly workload: WorkloadState;
}

/** One tenant network on one host, with the look-ups that its namespace does. */
export interface LocalNetwork {
  readonly host: HostState;
  readonly state: NetworkState;
  readonly workloads: ReadonlyMap<Ipv6, WorkloadState>;
  readonly policy: ReadonlyMap<string, PolicyEntry>;
  readonly listeners: ReadonlyMap<string, LoadBalancer>;
  /** By MAC and listener. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** Names that the network's resolver has here for an address, as far as rules are about them and their time is not over. */
  readonly answered: ReadonlyMap<Ipv6, readonly string[]>;
}

/** Names by address; of one network on one host. */
export type Answered = (node: string, network: Pick<NetworkState, "project" | "name">) => LocalNetwork["answered"];

const nothingAnswered: Answered = () => new Map();

/** The name of a tenant network on a host, as traces print it. */
export const placeOf = (network: LocalNetwork): string =>
  `${network.host.node} ${network.state.project}.${network.state.name}`;

export const policyKey = (from: ClassId, to: ClassId, protocol: Protocol, port: number): string =>
  `${from} ${to} ${protocol} ${port}`;
export const listenerKey = ({ vip, protocol, port }: ListenerKey): string => `${vip} ${protocol} ${port}`;
export const deliveryKey = (mac: string, key: ListenerKey): string => `${mac} ${listenerKey(key)}`;
export const instanceKey = (project: string, instance: string): string => `${project}/${instance}`;

/** Indexes the states. The order of the states does not matter. */
export function buildFabric(states: Iterable<HostState>, answered: Answered = nothingAnswered): Fabric {
  const sorted = [...states].toSorted((a, b) => (a.node < b.node ? -1 : 1));
  const networks = new Map<number, Map<string, LocalNetwork>>();
  const instances = new Map<string, Located>();
  for (const host of sorted) {
    for (const state of host.networks) {
      const network = localNetwork(host, state, answered(host.node, state));
      const perHost = networks.get(state.vni) ?? new Map<string, LocalNetwork>();
      networks.set(state.vni, perHost.set(host.node, network));
      for (const workload of state.workloads) {
        instances.set(instanceKey(state.project, workload.id), { host, network, workload });
      }
    }
  }
  return {
    nodes: new Map(sorted.map((state) => [state.node, state])),
    hosts: sorted.filter((state) => state.role === "Host"),
    routers: sorted.filter((state) => state.role === "Router"),
    networks,
    instances,
    bgp: indexBgp(sorted),
  };
}

function localNetwork(host: HostState, state: NetworkState, answered: LocalNetwork["answered"]): LocalNetwork {
  return {
    host,
    state,
    workloads: new Map(state.workloads.map((workload) => [workload.address, workload])),
    policy: new Map(state.policy.map((entry) => [policyKey(entry.from, entry.to, entry.protocol, entry.port), entry])),
    answered,
    listeners: new Map(state.loadBalancers.map((entry) => [listenerKey(entry), entry])),
    deliveries: new Map(state.deliveries.map((entry) => [deliveryKey(entry.mac, entry), entry])),
  };
}
