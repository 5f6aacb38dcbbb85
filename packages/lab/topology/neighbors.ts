/** The neighbours that a node is told about: a fresh link's first solicitation may cost a second. */
import type { LabRole } from "@netwright/api";
import type { Neighbor, PortIdentity, TopologyNode } from "./topology.ts";

/** Agents speak to the server, never to each other, on the management network: without this it is N squared. */
const runsAgent = (role: LabRole): boolean => role === "Host" || role === "Edge";

export function neighborsOf(node: TopologyNode, nodes: ReadonlyMap<string, TopologyNode>): readonly Neighbor[] {
  return node.ports.flatMap((port) => {
    const peer = nodes.get(port.peer.node) as TopologyNode;
    if (peer.role !== "Switch" || node.role === "Switch") return neighbor(port.peer, port.interface);
    return peer.ports
      .map((other) => other.peer)
      .filter(
        ({ node: name }) =>
          name !== node.name && !(runsAgent(node.role) && runsAgent((nodes.get(name) as TopologyNode).role)),
      )
      .flatMap((other) => neighbor(other, port.interface));
  });
}

function neighbor({ address, linkLocal, mac }: PortIdentity, device: string): readonly Neighbor[] {
  return [address, linkLocal].flatMap((known) => (known === null ? [] : [{ address: known, mac, interface: device }]));
}
