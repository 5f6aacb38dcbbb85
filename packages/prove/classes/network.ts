/** One tenant network over all hosts, by what its packets are decided by: classes in addresses, rules, tunnels. */
import {
  identityOf,
  type HostId,
  type NetworkState,
  type UnderlayState,
  type WorkloadState,
} from "@netwright/contract";
import { prefixContains, type Ipv6Prefix } from "@netwright/base";
import { push } from "./maps.ts";
import { tierEnd, type TierEnd } from "./ends.ts";
import { byText, sortedFind } from "./sorted-find.ts";

/** Where a host is in a change. `Both`: it is the same before and after, or there is no change. */
export type Side = "Before" | "After" | "Both";

export const atOnce = (one: Side, other: Side): boolean => one === other || one === "Both" || other === "Both";

/** The network on one host, at one side of a change. */
export interface Local {
  readonly node: string;
  readonly side: Side;
  readonly underlay: UnderlayState;
  readonly state: NetworkState;
}

/** Instances of one tier on one host whose packets are all decided alike. */
export interface Cell {
  readonly end: TierEnd;
  readonly local: Local;
  /** As their addresses say; rules go by that. */
  readonly class: number;
  readonly hostId: HostId;
  /** At least one. */
  readonly instances: readonly WorkloadState[];
  /** Those that are there at the other side of the change as well. */
  readonly stays: readonly WorkloadState[];
  /** All have addresses of the network. */
  readonly isInside: boolean;
}

export interface Network {
  readonly vni: number;
  readonly project: string;
  readonly name: string;
  /** By host: one, or one for each side of a change. */
  readonly locals: ReadonlyMap<string, readonly Local[]>;
  /** By key of their end. */
  readonly cells: ReadonlyMap<string, readonly Cell[]>;
  readonly ends: ReadonlyMap<string, TierEnd>;
  /** One; several where hosts do not agree. */
  readonly prefixes: readonly Ipv6Prefix[];
}

export const localsOf = (network: Network): Iterable<Local> => [...network.locals.values()].flat();

/** @param locals of one VNI; at least one */
export function networkOf(vni: number, locals: readonly Local[]): Network {
  const byNode = new Map<string, Local[]>();
  for (const local of locals) push(byNode, local.node, local);
  const cells = new Map<string, Cell[]>();
  const ends = new Map<string, TierEnd>();
  for (const local of locals) {
    const other = byNode.get(local.node)?.find((each) => each !== local);
    for (const cell of cellsOf(local, other)) {
      ends.set(cell.end.key, cell.end);
      push(cells, cell.end.key, cell);
    }
  }
  const { project, name } = (locals[0] as Local).state;
  return {
    vni,
    project,
    name,
    locals: byNode,
    cells,
    ends,
    prefixes: [...new Set(locals.map(({ state }) => state.prefix))],
  };
}

function cellsOf(local: Local, other: Local | undefined): Iterable<Cell> {
  interface Growing extends Cell {
    readonly instances: WorkloadState[];
    readonly stays: WorkloadState[];
    isInside: boolean;
  }
  const found = new Map<string, Growing>();
  const there = new Set(other?.state.workloads.map(({ id, address }) => `${id} ${address}`));
  const { project, name: network } = local.state;
  for (const workload of local.state.workloads) {
    const { host: hostId, class: cls } = identityOfWorkload(workload);
    const { service, tier } = workload;
    const key = `${service}/${tier} ${hostId} ${cls}`;
    const cell: Growing = found.get(key) ?? {
      end: tierEnd({ project, network, service, tier }),
      local,
      class: cls,
      hostId,
      instances: [],
      stays: [],
      isInside: true,
    };
    cell.instances.push(workload);
    cell.isInside &&= isInside(local, workload);
    if (there.has(`${workload.id} ${workload.address}`)) cell.stays.push(workload);
    found.set(key, cell);
  }
  return found.values();
}

const identities = new WeakMap<WorkloadState, ReturnType<typeof identityOf>>();

/** As its address says. */
export function identityOfWorkload(workload: WorkloadState): ReturnType<typeof identityOf> {
  const known = identities.get(workload) ?? identityOf(workload.address);
  identities.set(workload, known);
  return known;
}

/** Whether packets that one host puts into its tunnel for a host number are taken by that host. */
export function isLinked(near: Local, far: Local, hostId: HostId): boolean {
  const tunnel = tunnelTo(near, hostId);
  const { vtep } = near.underlay;
  return (
    tunnel !== undefined &&
    vtep !== null &&
    tunnel.host === far.node &&
    far.underlay.vtep === tunnel.vtep &&
    sortedFind(far.underlay.tunnelPeers, (peer) => byText(peer, vtep)) !== undefined
  );
}

export const tunnelTo = ({ state }: Local, hostId: HostId): NetworkState["tunnels"][number] | undefined =>
  sortedFind(state.tunnels, (tunnel) => tunnel.hostId - hostId);

/** Whether packets for it stay inside its network. */
export const isInside = ({ state }: Local, workload: WorkloadState): boolean =>
  prefixContains(state.prefix, workload.address);
