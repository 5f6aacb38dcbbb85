/** An edge that belongs to others: FRR as docs/foreign-edges.md says, with the provider behind it. Pure. */
import { vtepPrefix } from "../topology/address-plan.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { frrHead, lines, neighborLines } from "./frr-lines.ts";

interface Peer {
  readonly address: string;
  readonly asn: number;
  readonly role: "Host" | "Edge" | "Provider";
}

/** Names are those of prefix lists and route maps, by who is spoken to: in, then out. */
const policies: Readonly<Record<Peer["role"], (address: string) => readonly string[]>> = {
  Host: (address) => [
    `  neighbor ${address} route-map from-hosts in`,
    `  neighbor ${address} prefix-list default out`,
    `  neighbor ${address} maximum-prefix 1000`,
  ],
  Edge: (address) => [`  neighbor ${address} next-hop-self`],
  Provider: (address) => [
    `  neighbor ${address} prefix-list default in`,
    `  neighbor ${address} prefix-list pools out`,
  ],
};

export function renderEdge(topology: Topology, node: TopologyNode): string {
  const peers = peersOf(topology, node);
  return lines([
    ...frrHead(node),
    "ipv6 prefix-list default seq 5 permit ::/0",
    `ipv6 prefix-list pools seq 5 permit ${topology.pool}`,
    `ipv6 prefix-list services seq 5 permit ${topology.pool} ge 128`,
    `ipv6 prefix-list tunnels seq 5 permit ${vtepPrefix} ge 128`,
    "!",
    "route-map from-hosts permit 10",
    " match ipv6 address prefix-list services",
    "exit",
    "route-map from-hosts permit 20",
    " match ipv6 address prefix-list tunnels",
    "exit",
    "!",
    `router bgp ${node.bgp?.asn}`,
    ` bgp router-id ${node.bgp?.routerId}`,
    " no bgp default ipv4-unicast",
    " bgp bestpath as-path multipath-relax",
    ...peers.flatMap(({ address, asn, role }) => neighborLines(address, asn, role === "Host" ? "host" : "edge")),
    " address-family ipv6 unicast",
    "  maximum-paths 16",
    // Only while a host announces an address of it.
    `  aggregate-address ${topology.pool}`,
    ...peers.flatMap(({ address, role }) => [`  neighbor ${address} activate`, ...policies[role](address)]),
    " exit-address-family",
    "exit",
  ]);
}

const peersOf = ({ nodes }: Topology, { ports }: TopologyNode): readonly Peer[] =>
  ports.flatMap(({ peer }): readonly Peer[] => {
    const other = nodes.find(({ name }) => name === peer.node);
    const role = other?.role;
    if (other === undefined || other.bgp === null || (role !== "Host" && role !== "Edge" && role !== "Provider"))
      return [];
    return [{ address: String(peer.address), asn: other.bgp.asn, role }];
  });
