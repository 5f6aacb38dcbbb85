/** The authoritative name server: knot, with one zone that whoever holds the key may change (RFC 2136, RFC 8945). Pure. */
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { addressOf, withRunDirectory, type NodeFile, type NodeProgram } from "./program.ts";

export const keyName = "netwright";
const storage = "/var/lib/netwright";

export function knotPrograms(node: TopologyNode): readonly NodeProgram[] {
  const command = withRunDirectory("/run/knot", "root", ["knotd", "-c", "/etc/knot/knot.conf"]);
  return [{ node: node.name, program: "knotd", command, ready: { kind: "Udp", port: 53 } }];
}

/** @param secret of the key, base64. */
export function knotFiles(topology: Topology, node: TopologyNode, secret: string): readonly NodeFile[] {
  const zoneFile = `${topology.zone}.zone`;
  return [
    {
      node: node.name,
      place: "etc",
      path: "knot/knot.conf",
      content: renderKnot(topology, zoneFile, secret),
      mode: 0o600,
    },
    { node: node.name, place: "lib", path: zoneFile, content: renderZone(topology, node), mode: 0o644 },
  ];
}

/** The zone file is only the beginning: updates stay in the journal and are applied over it after a restart. */
function renderKnot({ zone }: Topology, zoneFile: string, secret: string): string {
  return `server:
    rundir: /run/knot
    listen: ::@53
    automatic-acl: off
log:
  - target: stdout
    any: info
database:
    storage: ${storage}
key:
  - id: ${keyName}
    algorithm: hmac-sha256
    secret: ${secret}
acl:
  - id: writer
    key: ${keyName}
    action: [update, transfer]
template:
  - id: default
    storage: ${storage}
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: changes
zone:
  - domain: ${zone}
    file: ${zoneFile}
    acl: writer
`;
}

/** The last number of the SOA is how long a resolver may remember that a name is not there (RFC 2308). */
function renderZone({ zone }: Topology, node: TopologyNode): string {
  return `$ORIGIN ${zone}.
$TTL 60
@   SOA ns hostmaster 1 60 10 86400 1
@   NS ns
ns  AAAA ${addressOf(node)}
`;
}

/** The key as `nsupdate -k` reads it: BIND's form. */
export const renderKeyFile = (secret: string): string => `key "${keyName}" {
  algorithm hmac-sha256;
  secret "${secret}";
};
`;
