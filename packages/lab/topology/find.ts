/** Finding nodes and links by what a person types. */
import { NetwrightError } from "@netwright/base";
import type { Port, Topology, TopologyLink, TopologyNode } from "./topology.ts";

/** @throws NW1701 with the names there are. */
export function findNode(topology: Topology, name: string): TopologyNode {
  const node = topology.nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) return node;
  throw new NetwrightError("NW1701", `the lab has no node ${name}`, { hint: `its nodes: ${shown(topology.nodes)}` });
}

/** A link and the end that was meant: by the link's name (its first end), or by NODE:INTERFACE. @throws NW1701 */
export function findLink(topology: Topology, text: string): { readonly link: TopologyLink; readonly end: Port } {
  for (const link of topology.links) {
    const [a, b] = link.ends;
    if (link.name === text) return { link, end: a };
    const end = [a, b].find(
      (port) => `${port.node}:${port.interface}` === text || `${port.node}-${port.peer.node}` === text,
    );
    if (end !== undefined) return { link, end };
  }
  throw new NetwrightError("NW1701", `the lab has no link ${text}`, { hint: `its links: ${shown(topology.links)}` });
}

function shown(things: readonly { readonly name: string }[]): string {
  const names = things.map(({ name }) => name);
  return names.length <= 40 ? names.join(", ") : `${names.slice(0, 40).join(", ")} and ${names.length - 40} more`;
}
