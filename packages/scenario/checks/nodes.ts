/** Nodes of the topology behind names and addresses. Pure. */
import { ipParts } from "@netwright/base";
import type { Topology, TopologyNode } from "@netwright/lab";

/**
 * What the node resolves. A plain Linux node knows all others by its /etc/hosts, as its programs do; for nodes that do not
 * it is the address of a node that they would take: on the link between both, on the switch that both are on, or the first.
 */
export function hostFor({ nodes }: Topology, from: string, host: string, family: 4 | 6 | undefined): string {
  const [asker, asked] = [from, host].map((name) => nodes.find((node) => node.name === name));
  if (asker === undefined || asked === undefined || asker.role === "Linux" || family === 4) return host;
  const near = asked.ports.find(({ peer, address }) => peer.node === from && address !== null)?.address;
  const shared = asker.management === null ? null : asked.management;
  const first = asked.ports.find(({ address }) => address !== null)?.address;
  return near ?? shared ?? first ?? asked.host?.vtep ?? host;
}

/** Every address that the topology gave it. */
export const addressesOf = ({ ports, host, management }: TopologyNode): readonly string[] =>
  [
    ...ports.flatMap(({ addresses, linkLocal }) => [...addresses.map((each) => ipParts(each).address), linkLocal]),
    host?.vtep ?? null,
    management,
  ].filter((address) => address !== null);

/** `b (fd00::1)`, or the address alone when it is nobody's. */
export function printHolder(topology: Topology, address: string): string {
  const [bare = address] = address.split("%");
  const holder = topology.nodes.find((node) => addressesOf(node).includes(bare));
  return holder === undefined ? address : `${holder.name} (${address})`;
}

export const holds = (topology: Topology, name: string, address: string): boolean =>
  topology.nodes.some((node) => node.name === name && addressesOf(node).includes(address));
