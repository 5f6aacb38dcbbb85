/** The neighbours that a node is told about: a fresh link's first solicitation may cost a second. */
import type { Neighbor, PortIdentity, TopologyNode } from "./topology.ts";

export function neighborsOf(node: TopologyNode, nodes: ReadonlyMap<string, TopologyNode>): readonly Neighbor[] {
  // Whoever writes addresses may move them and their MACs too.
  const planned = node.ports.filter(({ written }) => !written);
  return planned.flatMap((port) => {
    const peer = nodes.get(port.peer.node) as TopologyNode;
    if (peer.role !== "Switch" || node.role === "Switch") return neighbor(port.peer, port.interface);
    return peer.ports
      .map((other) => other.peer)
      .filter((other) => other.node !== node.name && !strangers(node, nodes.get(other.node) as TopologyNode))
      .flatMap((other) => neighbor(other, port.interface));
  });
}

/**
 * Agents speak to the server, never to each other, on the management network; of Linux nodes nobody knows who will
 * speak to whom. Without this it is N squared.
 */
const strangers = (a: TopologyNode, b: TopologyNode): boolean =>
  (a.managed && b.managed) || (a.role === "Linux" && b.role === "Linux");

function neighbor({ address, linkLocal, mac, written }: PortIdentity, device: string): readonly Neighbor[] {
  if (written) return [];
  return [address, linkLocal].flatMap((known) => (known === null ? [] : [{ address: known, mac, interface: device }]));
}
