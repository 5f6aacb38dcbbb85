/** Next hops as people name them: nodes, addresses or devices. Pure. */
import type { Topology } from "@netwright/lab";
import { addressesOf, holds } from "./nodes.ts";

export interface NextHop {
  readonly address?: string;
  readonly device?: string;
}

/** The node at the other end of a device. */
const peerOf = ({ nodes }: Topology, node: string, device: string | undefined): string | undefined =>
  nodes.find(({ name }) => name === node)?.ports.find((port) => port.interface === device)?.peer.node;

/** A link-local address is of whoever is at the other end. */
function isCalled(topology: Topology, node: string, { address, device }: NextHop, name: string): boolean {
  if (name === address || name === device) return true;
  if (address !== undefined && holds(topology, name, address)) return true;
  const known = topology.nodes.some((each) => address !== undefined && addressesOf(each).includes(address));
  return !known && peerOf(topology, node, device) === name;
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
