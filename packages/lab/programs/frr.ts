/** FRR, a BGP speaker that is not ours: providers, and edges of others. Zebra, bgpd and bfdd with a file each. Pure. */
import { internetPrefix } from "../topology/address-plan.ts";
import type { Port, Topology, TopologyNode } from "../topology/topology.ts";
import { renderEdge } from "./frr-edge.ts";
import { frrHead as head, lines, neighborLines } from "./frr-lines.ts";
import { withRunDirectory, type NodeFile, type NodeProgram } from "./program.ts";

const runDirectory = "/run/frr";
const daemons = ["zebra", "bgpd", "bfdd"] as const;

/** Its BGP neighbours: every edge that it has a link to. */
interface Session {
  readonly port: Port;
  readonly asn: number;
}

export const runsFrr = ({ role, managed }: TopologyNode): boolean =>
  role === "Provider" || (role === "Edge" && !managed);

/** A daemon that starts before zebra listens asks again only 10 seconds later. */
const afterZebra = (command: readonly string[]): readonly [string, ...string[]] => [
  "sh",
  "-c",
  'until [ -S "$0" ]; do sleep 0.05; done; exec "$@"',
  `${runDirectory}/zserv.api`,
  ...command,
];

export function frrPrograms(node: TopologyNode): readonly NodeProgram[] {
  return daemons.map((program) => {
    const command = [
      `/usr/lib/frr/${program}`,
      `--config_file=/etc/frr/${program}.conf`,
      `--pid_file=${runDirectory}/${program}.pid`,
      "--log=stdout",
      // No VTY on TCP: vtysh finds the sockets in the run directory.
      "--vty_port=0",
    ];
    return {
      node: node.name,
      program,
      command: program === "zebra" ? withRunDirectory(runDirectory, "frr", command) : afterZebra(command),
      ready: program === "bgpd" ? { kind: "Tcp", port: 179 } : { kind: "File", path: `${runDirectory}/${program}.vty` },
    };
  });
}

export function frrFiles(topology: Topology, node: TopologyNode): readonly NodeFile[] {
  const sessions = node.ports.flatMap((port): readonly Session[] => {
    const peer = topology.nodes.find(({ name }) => name === port.peer.node);
    return peer?.role === "Edge" && peer.bgp !== null ? [{ port, asn: peer.bgp.asn }] : [];
  });
  const file = (name: string, content: string): NodeFile => ({
    node: node.name,
    place: "etc",
    path: `frr/${name}`,
    content,
    mode: 0o644,
  });
  return [
    file("vtysh.conf", "no service integrated-vtysh-config\n"),
    file("zebra.conf", renderZebra(node)),
    file("bgpd.conf", node.role === "Edge" ? renderEdge(topology, node) : renderBgpd(topology, node, sessions)),
    file("bfdd.conf", renderBfdd(node)),
  ];
}

const renderZebra = (node: TopologyNode): string => lines([...head(node), "ipv6 forwarding"]);

/**
 * 300 ms x 3, as providers have it: an edge that went silent leaves the provider's table within a second (RFC 5880). bfdd
 * has no real time here, unlike BIRD: with less, a busy machine loses sessions.
 */
const renderBfdd = (node: TopologyNode): string =>
  lines([
    ...head(node),
    "bfd",
    " profile edge",
    "  transmit-interval 300",
    "  receive-interval 300",
    "  detect-multiplier 3",
    " exit",
    // What a Router that is not managed has by default.
    ...(node.role === "Edge"
      ? [" profile host", "  transmit-interval 300", "  receive-interval 300", "  detect-multiplier 3", " exit"]
      : []),
    "exit",
  ]);

/** Edges hear a default route and nothing else; they may announce pools whole, never single services. */
function renderBgpd({ pool }: Topology, { name, bgp }: TopologyNode, sessions: readonly Session[]): string {
  const addresses = sessions.map(({ port }) => String(port.peer.address));
  return lines([
    ...head({ name }),
    `ipv6 prefix-list pools seq 5 permit ${pool}`,
    "ipv6 prefix-list nothing seq 5 deny any",
    "!",
    `router bgp ${bgp?.asn}`,
    ` bgp router-id ${bgp?.routerId}`,
    " no bgp default ipv4-unicast",
    " no bgp ebgp-requires-policy",
    " no bgp network import-check",
    " bgp bestpath as-path multipath-relax",
    ...sessions.flatMap(({ asn }, index) => neighborLines(addresses[index] as string, asn, "edge")),
    " address-family ipv6 unicast",
    `  network ${internetPrefix}`,
    "  maximum-paths 16",
    ...addresses.flatMap((address) => [
      `  neighbor ${address} activate`,
      `  neighbor ${address} default-originate`,
      `  neighbor ${address} prefix-list pools in`,
      `  neighbor ${address} prefix-list nothing out`,
    ]),
    " exit-address-family",
    "exit",
  ]);
}
