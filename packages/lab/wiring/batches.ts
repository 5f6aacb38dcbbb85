/** The `ip -batch` lines that wire a topology. Pure. Always `dev X` and `name X`: bare names may be keywords to ip. */
import { bridgeDevice, type Port, type Topology, type TopologyNode } from "../topology/topology.ts";

/** One batch for all: every link, born with both ends in their namespaces. @param namespace what `ip` calls that of an end. */
export function linkBatch(topology: Topology, namespace: (port: Port) => string): readonly string[] {
  return topology.links.map(({ ends: [a, b] }) => {
    const end = (port: Port) => `name ${port.interface} address ${port.mac} mtu ${port.mtu} netns ${namespace(port)}`;
    return `link add ${end(a)} type veth peer ${end(b)}`;
  });
}

/** One batch for each node's own namespace. Neighbours and routes come after the link is up, or the kernel refuses them. */
export function nodeBatch(node: TopologyNode): readonly string[] {
  const isSwitch = node.role === "Switch";
  return [
    "link set dev lo up",
    ...(isSwitch ? switchLines(node) : []),
    ...(node.host === null ? [] : [`addr add ${node.host.vtep}/128 dev lo nodad`]),
    ...node.ports.flatMap(({ interface: device, address, prefixLength, linkLocal }) => [
      ...(isSwitch ? [`link set dev ${device} master ${bridgeDevice}`] : []),
      `link set dev ${device} addrgenmode none up`,
      ...(linkLocal === null ? [] : [`addr add ${linkLocal}/64 dev ${device} nodad`]),
      ...(address === null ? [] : [`addr add ${address}/${prefixLength} dev ${device} nodad`]),
    ]),
    ...node.neighbors.map(
      ({ address, mac, interface: device }) => `neigh add ${address} lladdr ${mac} dev ${device} nud permanent`,
    ),
    ...(node.defaultRoute === null
      ? []
      : [`route add default via ${node.defaultRoute.via} dev ${node.defaultRoute.interface}`]),
  ];
}

/** No spanning tree and no snooping: ports forward at once, and only what nodes send is seen. */
function switchLines(node: TopologyNode): readonly string[] {
  const mtu = Math.min(...node.ports.map((port) => port.mtu));
  return [
    `link add name ${bridgeDevice} type bridge forward_delay 0 stp_state 0 mcast_snooping 0`,
    `link set dev ${bridgeDevice} ${node.ports.length === 0 ? "" : `mtu ${mtu} `}addrgenmode none up`,
  ];
}
