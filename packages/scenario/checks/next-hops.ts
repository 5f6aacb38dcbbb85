/** Next hops as people name them: nodes, addresses or devices. Pure. */
import type { Topology } from "@netwright/lab";
import { addressesOf } from "./nodes.ts";

export interface NextHop {
  readonly address?: string;
  readonly device?: string;
}

/** The node at the other end of a device. */
const peerOf = ({ nodes }: Topology, node: string, device: string | undefined): string | undefined =>
  nodes.find(({ name }) => name === node)?.ports.find((port) => port.interface === device)?.peer.node;

/** A link-local address is of whoever is at the other end; a name that is both a node's and a device's is the node's. */
function isCalled(topology: Topology, node: string, { address, device }: NextHop, name: string): boolean {
  const known = topology.nodes.find((each) => address !== undefined && addressesOf(each).includes(address));
  if (name === address || name === known?.name) return true;
  const isNode = topology.nodes.some((each) => each.name === name);
  return isNode ? known === undefined && peerOf(topology, node, device) === name : name === device;
}

/** Undefined: exactly these, in any order. */
export function nextHopsProblem(
  topology: Topology,
  node: string,
  hops: readonly NextHop[],
  expected: readonly string[],
): string | undefined {
  const missing = expected.filter((name) => !hops.some((hop) => isCalled(topology, node, hop, name)));
  const others = hops.filter((hop) => !expected.some((name) => isCalled(topology, node, hop, name)));
  const problems = [
    ...(missing.length === 0 ? [] : [`not via ${missing.join(", ")}`]),
    ...(others.length === 0 ? [] : [`also ${printNextHops(topology, node, others)}`]),
  ];
  return problems.length === 0 ? undefined : problems.join(", ");
}

export const printNextHops = (topology: Topology, node: string, hops: readonly NextHop[]): string =>
  hops.length === 0
    ? "with no next hop"
    : hops
        .map(({ address, device }) => {
          const holder = topology.nodes.find((each) => address !== undefined && addressesOf(each).includes(address));
          const name = holder?.name ?? peerOf(topology, node, device);
          const words = [name, address, device === undefined ? undefined : `dev ${device}`];
          return `via ${words.filter((word) => word !== undefined).join(" ")}`;
        })
        .join(", ");
