/** The way that a connection takes by the states, from its source to the last instance behind it. Pure. */
import type { Ipv6 } from "@netwright/base";
import type { HostState, ProxyRun, WorkloadState } from "@netwright/contract";
import { buildFabric, send, type Answered, type Fabric, type Hop, type Packet, type Trace } from "@netwright/model";

export interface Leg {
  readonly trace: Trace;
  /** Addresses that routers and hosts on the way look up. */
  readonly destination: Ipv6;
}

/** One leg, and where that ends at a proxy, a second one from the proxy to the first of its members. */
export function walkConnection(states: readonly HostState[], packet: Packet, answered?: Answered): readonly Leg[] {
  const fabric = buildFabric(states, answered);
  const first = { trace: send(fabric, packet), destination: packet.destination };
  const onward = first.trace.deliveredTo === undefined ? undefined : proxyOnward(fabric, first.trace.deliveredTo);
  if (onward === undefined) return [first];
  return [first, { trace: send(fabric, onward), destination: onward.destination }];
}

function proxyOnward(fabric: Fabric, { project, instance }: NonNullable<Trace["deliveredTo"]>): Packet | undefined {
  const workload = fabric.instances.get(`${project}/${instance}`)?.workload;
  const member = workload === undefined ? undefined : proxyOf(workload)?.backends.flatMap(({ members }) => members)[0];
  if (workload === undefined || member === undefined) return undefined;
  return {
    from: { project, instance },
    source: workload.address,
    destination: member.address,
    protocol: "tcp",
    // Any ephemeral port: the way between instances does not depend on it.
    sourcePort: 40_000,
    destinationPort: member.port,
  };
}

const proxyOf = ({ run }: WorkloadState): ProxyRun | undefined => (run.kind === "Proxy" ? run : undefined);

/** The node that a hop is at: places are `NODE`, `NODE PROJECT.NETWORK` or an instance's name. */
export function nodeOf(hop: Hop, states: readonly HostState[]): string | undefined {
  const [word = ""] = hop.place.split(" ");
  if (states.some(({ node }) => node === word)) return word;
  const holds = ({ networks }: HostState): boolean =>
    networks.some(({ workloads }) => workloads.some(({ id }) => id === word));
  return states.find(holds)?.node;
}
