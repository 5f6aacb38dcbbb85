/** The neighbours that a node is told about: a fresh link's first solicitation may cost a second. */
import type { Neighbor, PortIdentity, TopologyNode } from "./topology.ts";

export function neighborsOf(node: TopologyNode, nodes: ReadonlyMap<string, TopologyNode>): readonly Neighbor[] {
  return node.ports.flatMap((port) => {
    const peer = nodes.get(port.peer.node) as TopologyNode;
    if (peer.role !== "Switch" || node.role === "Switch") return neighbor(port.peer, port.interface);
    return peer.ports
      .map((other) => other.peer)
      .filter(
        ({ node: name }) =>
          // Agents speak to the server, never to each other, on the management network: without this it is N squared.
          name !== node.name && !(node.managed && (nodes.get(name) as TopologyNode).managed),
      )
      .flatMap((other) => neighbor(other, port.interface));
  });
}

function neighbor({ address, linkLocal, mac }: PortIdentity, device: string): readonly Neighbor[] {
  return [address, linkLocal].flatMap((known) => (known === null ? [] : [{ address: known, mac, interface: device }]));
}
