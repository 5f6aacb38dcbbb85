/** Nodes of the topology behind names and addresses. Pure. */
import { addressToward, type Topology, type TopologyNode } from "@netwright/lab";

/** By which address it is reached from there: a node's as the topology has it; anything else, and IPv4, is resolved there. */
export function hostFor(topology: Topology, from: string, host: string, family: 4 | 6 | undefined): string {
  return (family === 4 ? null : addressToward(topology, from, host)) ?? host;
}

/** Every address that the topology gave it. */
export const addressesOf = ({ ports, host, management }: TopologyNode): readonly string[] =>
  [...ports.flatMap(({ address, linkLocal }) => [address, linkLocal]), host?.vtep ?? null, management].filter(
    (address) => address !== null,
  );

/** `b (fd00::1)`, or the address alone when it is nobody's. */
export function printHolder(topology: Topology, address: string): string {
  const [bare = address] = address.split("%");
  const holder = topology.nodes.find((node) => addressesOf(node).includes(bare));
  return holder === undefined ? address : `${holder.name} (${address})`;
}

export const holds = (topology: Topology, name: string, address: string): boolean =>
  topology.nodes.some((node) => node.name === name && addressesOf(node).includes(address));
