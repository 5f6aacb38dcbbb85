/** How names become addresses inside a node: /etc/resolv.conf and /etc/hosts of its own. Pure. */
import { familyOf, ipParts } from "@netwright/base";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { addressOf, type NodeFile } from "./program.ts";

/** @param names what Linux nodes find in /etc/hosts. @see hostLines */
export function nameFiles(topology: Topology, node: TopologyNode, names: readonly string[]): readonly NodeFile[] {
  const common = { node: node.name, place: "etc", mode: 0o644 } as const;
  return [
    { ...common, path: "resolv.conf", content: renderResolvConf(topology, node) },
    { ...common, path: "hosts", content: renderHosts(topology, node, names) },
    { ...common, path: "hostname", content: `${node.name}\n` },
  ];
}

/** Those who stand for the public ask the resolver, and hosts do, by way of the management network; nobody asks the machine's. */
function renderResolvConf({ nodes }: Topology, { role }: TopologyNode): string {
  const resolver = nodes.find((other) => other.role === "Resolver");
  const address = resolver === undefined ? null : role === "Host" ? resolver.management : addressOf(resolver);
  const asks = role === "Client" || role === "Linux" || role === "Host";
  return asks && address !== null
    ? `nameserver ${address}\noptions timeout:1 attempts:2\n`
    : "# No resolver: this node knows names from /etc/hosts only.\n";
}

/** Every node with its first address of each family. */
export const hostLines = ({ nodes }: Topology): readonly string[] =>
  nodes.flatMap(({ name, ports }) => {
    const addresses = ports.flatMap((port) => port.addresses.map((each) => ipParts(each).address));
    return (["IPv4", "IPv6"] as const).flatMap((family) => {
      const first = addresses.find((each) => familyOf(each) === family && !each.startsWith("fe80:"));
      return first === undefined ? [] : [`${first} ${name}`];
    });
  });

/**
 * Linux nodes know every node. Others know those on the management network, when they are on it themselves; services are
 * found by DNS alone.
 */
function renderHosts({ nodes }: Topology, node: TopologyNode, names: readonly string[]): string {
  const managed = nodes.flatMap(({ name, management }) => (management === null ? [] : [`${management} ${name}`]));
  const known = node.role === "Linux" ? names : node.management === null ? [] : managed;
  return ["::1 localhost ip6-localhost ip6-loopback", "127.0.0.1 localhost", ...known, ""].join("\n");
}
