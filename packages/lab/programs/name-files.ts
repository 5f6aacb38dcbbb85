/** How names become addresses inside a node: /etc/resolv.conf and /etc/hosts of its own. Pure. */
import { addressToward } from "../topology/address-toward.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { addressOf, type NodeFile } from "./program.ts";

export function nameFiles(topology: Topology, node: TopologyNode): readonly NodeFile[] {
  const common = { node: node.name, place: "etc", mode: 0o644 } as const;
  return [
    { ...common, path: "resolv.conf", content: renderResolvConf(topology, node) },
    { ...common, path: "hosts", content: renderHosts(topology, node) },
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

/**
 * Names of nodes on the management network, for those that are on it; a plain Linux node, of which nobody else takes care,
 * knows all. Services are found by DNS alone.
 */
function renderHosts(topology: Topology, node: TopologyNode): string {
  const known = topology.nodes.flatMap(({ name, management }) => {
    const address =
      node.role === "Linux" ? addressToward(topology, node.name, name) : node.management === null ? null : management;
    return address === null ? [] : [`${address} ${name}`];
  });
  return ["::1 localhost ip6-localhost ip6-loopback", "127.0.0.1 localhost", ...known, ""].join("\n");
}
