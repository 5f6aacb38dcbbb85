/** The resolver that internet clients ask: unbound, with no way to any name server but the lab's. Pure. */
import { addressOf, withRunDirectory, type NodeFile, type NodeProgram } from "./program.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";

export function unboundPrograms(node: TopologyNode): readonly NodeProgram[] {
  const command = withRunDirectory("/run/unbound", "root", ["unbound", "-d", "-p", "-c", "/etc/unbound/lab.conf"]);
  return [{ node: node.name, program: "unbound", command, ready: { kind: "Udp", port: 53 } }];
}

export function unboundFiles(topology: Topology, node: TopologyNode): readonly NodeFile[] {
  return [{ node: node.name, place: "etc", path: "unbound/lab.conf", content: renderUnbound(topology), mode: 0o644 }];
}

/** A name that does not exist yet may exist a moment later: "no" is kept for a second only. */
function renderUnbound({ nodes, zone }: Topology): string {
  const server = nodes.find(({ role }) => role === "NameServer");
  const address = server === undefined ? null : addressOf(server);
  return `server:
  interface: ::0
  access-control: ::/0 allow
  do-ip4: no
  username: ""
  chroot: ""
  directory: "/etc/unbound"
  pidfile: ""
  use-syslog: no
  logfile: ""
  module-config: "iterator"
  num-threads: 1
  cache-max-negative-ttl: 1
  infra-host-ttl: 1
  local-zone: "." static
  local-zone: "${zone}." transparent
remote-control:
  control-enable: yes
  control-interface: /run/unbound/control.sock
  control-use-cert: no
${address === null ? "" : `stub-zone:\n  name: "${zone}."\n  stub-addr: ${address}\n`}`;
}
