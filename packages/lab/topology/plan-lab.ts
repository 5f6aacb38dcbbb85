/** From a Lab manifest to a Topology. Pure: the same manifest gives the same names, addresses and MACs. */
import {
  derivedMac,
  ipParts,
  NetwrightError,
  parsePrefix,
  type InterfaceAddress,
  type Ipv6,
  type Mac,
} from "@netwright/base";
import type { Lab, LabEnd, LabLink, LabNode, LabRole } from "@netwright/api";
import { edgeAsn, hostAsnBase, linkLocalAddress, providerAsn, routerIdOf, vtepAddress } from "./address-plan.ts";
import { addressDiagnostics } from "./check-addresses.ts";
import { linkAddresses } from "./link-addresses.ts";
import { neighborsOf } from "./neighbors.ts";
import { defaultVia, planRoutes } from "./plan-routes.ts";
import { segmentsOf } from "./segments.ts";
import {
  portIndex,
  type Port,
  type PortIdentity,
  type Topology,
  type TopologyLink,
  type TopologyNode,
} from "./topology.ts";
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
  const segments = segmentsOf(links, roles);
  const clashes = addressDiagnostics(lab, links, segments);
  if (clashes.length > 0) throw NetwrightError.of(clashes);
  const nodes = planRoutes(
    lab,
    drafts.map((draft) => planNode(draft, ports.get(draft.name) ?? [], roles)),
    segments,
  );
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
      mac: end.mac ?? portMac(index, side),
      ...addressesOf(end, given.addresses[side], given.prefixLength),
      linkLocal: bothRoute ? linkLocalAddress(index, side) : null,
      written: end.addresses !== undefined,
    });
    const [left, right] = [self(a, 0), self(b, 1)];
    const port = (own: PortIdentity, side: 0 | 1, peer: PortIdentity): Port => ({
      ...own,
      mtu: link.mtu,
      index: portIndex(index, side),
      peer,
    });
    return { name: link.name, ends: [port(left, 0, right), port(right, 1, left)] };
  });
}

/** What is written goes before what the plan gives. */
function addressesOf(
  { address, addresses }: LabEnd,
  given: Ipv6 | null,
  length: number,
): Pick<PortIdentity, "address" | "addresses"> {
  if (addresses === undefined) {
    const own = address ?? given;
    return { address: own, addresses: own === null ? [] : [`${own}/${length}` as InterfaceAddress] };
  }
  const global = addresses
    .map(ipParts)
    .find(({ family, address: own }) => family === "IPv6" && !own.startsWith("fe80:"));
  return { address: (global?.address as Ipv6 | undefined) ?? null, addresses };
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
    rootfs: draft.rootfs ?? null,
    image: draft.image ?? null,
    forwarding: isRouting(draft) || (draft.role === "Linux" && (draft.forwarding ?? joinsOthers(ports))),
    sysctls: Object.fromEntries(Object.entries(draft.sysctls ?? {}).map(([key, value]) => [key, String(value)])),
    routes: leaf && uplink !== undefined && via !== null ? [defaultVia(via, uplink.interface)] : [],
    neighbors: [],
  };
}

/** Who has links to two others stands between them. */
const joinsOthers = (ports: readonly Port[]): boolean => new Set(ports.map(({ peer }) => peer.node)).size > 1;

const withNeighbors = (node: TopologyNode, nodes: ReadonlyMap<string, TopologyNode>): TopologyNode => ({
  ...node,
  neighbors: neighborsOf(node, nodes),
});

function bgpOf({ role, asn, hostId, routerNumber }: NodeDraft): TopologyNode["bgp"] {
  if (role === "Host") return { asn: asn ?? hostAsnBase + (hostId ?? 0), routerId: null };
  if (routerNumber === null) return null;
  return { asn: asn ?? (role === "Provider" ? providerAsn : edgeAsn), routerId: routerIdOf(routerNumber) };
}
