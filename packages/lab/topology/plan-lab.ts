/** From a Lab manifest to a Topology. Pure: the same manifest gives the same names, addresses and MACs. */
import { derivedMac, NetwrightError, parsePrefix, type Mac } from "@netwright/base";
import type { Lab, LabEnd, LabLink, LabNode, LabRole } from "@netwright/api";
import { edgeAsn, hostAsnBase, linkLocalAddress, providerAsn, routerIdOf, vtepAddress } from "./address-plan.ts";
import { linkAddresses } from "./link-addresses.ts";
import { neighborsOf } from "./neighbors.ts";
import type { Port, PortIdentity, Topology, TopologyLink, TopologyNode } from "./topology.ts";
import { labDiagnostics } from "./validate.ts";

/** @param lab valid and complete. @throws NW1203 or NW1205, every finding at once. */
export function planLab(lab: Lab): Topology {
  const found = labDiagnostics(lab);
  if (found.length > 0) throw NetwrightError.of(found);
  const drafts = draftNodes(lab.spec.nodes);
  const links = planLinks(lab.spec.links, drafts);
  const ports = Map.groupBy(
    links.flatMap((link) => link.ends),
    (port) => port.node,
  );
  const roles = new Map(drafts.map((draft) => [draft.name, draft.role]));
  const nodes = drafts.map((draft) => planNode(draft, ports.get(draft.name) ?? [], roles));
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return {
    zone: lab.spec.zone,
    pool: parsePrefix(lab.spec.pool),
    nodes: nodes.map((node) => withNeighbors(node, byName)),
    links,
  };
}

/** A node before its links are known. */
export interface NodeDraft extends LabNode {
  readonly index: number;
  readonly hostId: number | null;
  readonly routerNumber: number | null;
  readonly switchNumber: number | null;
}

/** Provider, Edge and Host speak BGP and forward. */
const isRouting = ({ hostId, routerNumber }: NodeDraft): boolean => hostId !== null || routerNumber !== null;

function draftNodes(nodes: readonly LabNode[]): readonly NodeDraft[] {
  const taken = new Set(nodes.flatMap(({ id }) => (id === undefined ? [] : [id])));
  let [nextHost, routers, switches] = [1, 0, 0];
  const freeHostId = (): number => {
    while (taken.has(nextHost)) nextHost++;
    return nextHost++;
  };
  return nodes.map((node, index) => ({
    ...node,
    index,
    hostId: node.role === "Host" ? (node.id ?? freeHostId()) : null,
    routerNumber: node.role === "Provider" || node.role === "Edge" ? routers++ : null,
    switchNumber: node.role === "Switch" ? switches++ : null,
  }));
}

function planLinks(links: readonly LabLink[], drafts: readonly NodeDraft[]): readonly TopologyLink[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  const used = new Map(drafts.map((draft) => [draft.name, writtenInterfaces(links, draft.name)]));
  const addresses = linkAddresses();
  return links.map((link, index): TopologyLink => {
    const [a, b] = link.ends as [LabEnd, LabEnd];
    const interfaces = [
      a.interface ?? claimInterface(used.get(a.node) as Set<string>, b.node),
      b.interface ?? claimInterface(used.get(b.node) as Set<string>, a.node),
    ] as const;
    const ends = [byName.get(a.node) as NodeDraft, byName.get(b.node) as NodeDraft] as const;
    const given = addresses(ends);
    const bothRoute = ends.every(isRouting);
    const self = (end: LabEnd, side: 0 | 1): PortIdentity => ({
      node: end.node,
      interface: interfaces[side],
      mac: portMac(index, side),
      address: end.address ?? given.addresses[side],
      linkLocal: bothRoute ? linkLocalAddress(index, side) : null,
    });
    const [left, right] = [self(a, 0), self(b, 1)];
    const common = { mtu: link.mtu, prefixLength: given.prefixLength };
    return {
      name: link.name,
      ends: [
        { ...left, ...common, peer: right },
        { ...right, ...common, peer: left },
      ],
    };
  });
}

/** Names that the manifest gives itself; derived ones keep out of their way. */
const writtenInterfaces = (links: readonly LabLink[], node: string): Set<string> =>
  new Set(
    links.flatMap(({ ends }) =>
      ends.flatMap((end) => (end.node === node && end.interface !== undefined ? [end.interface] : [])),
    ),
  );

/** A second interface of the same name gets `-2`, and so on; the kernel takes 15 octets. */
function claimInterface(used: Set<string>, wanted: string): string {
  let name = wanted;
  for (let number = 2; used.has(name); number++) name = `${wanted.slice(0, 14 - String(number).length)}-${number}`;
  used.add(name);
  return name;
}

/** Locally administered; first octet 0a is the lab's, so that no MAC of a workload (02) or device (06) is met. */
const portMac = (link: number, side: 0 | 1): Mac => `0a${derivedMac(side, link + 1).slice(2)}` as Mac;

function planNode(draft: NodeDraft, ports: readonly Port[], roles: ReadonlyMap<string, LabRole>): TopologyNode {
  const uplink = ports.find((port) => roles.get(port.peer.node) === "Provider");
  const management = ports.find((port) => roles.get(port.peer.node) === "Switch");
  const leaf = !isRouting(draft) && draft.switchNumber === null;
  const via = uplink?.peer.address ?? null;
  return {
    name: draft.name,
    role: draft.role,
    managed: draft.role === "Host" || (draft.role === "Edge" && draft.managed !== false),
    bgp: bgpOf(draft),
    host:
      draft.hostId === null ? null : { id: draft.hostId, vtep: vtepAddress(draft.hostId), capacity: draft.capacity },
    management: management?.address ?? null,
    ports,
    defaultRoute: leaf && uplink !== undefined && via !== null ? { via, interface: uplink.interface } : null,
    neighbors: [],
  };
}

const withNeighbors = (node: TopologyNode, nodes: ReadonlyMap<string, TopologyNode>): TopologyNode => ({
  ...node,
  neighbors: neighborsOf(node, nodes),
});

function bgpOf({ role, asn, hostId, routerNumber }: NodeDraft): TopologyNode["bgp"] {
  if (role === "Host") return { asn: asn ?? hostAsnBase + (hostId ?? 0), routerId: null };
  if (routerNumber === null) return null;
  return { asn: asn ?? (role === "Provider" ? providerAsn : edgeAsn), routerId: routerIdOf(routerNumber) };
}
