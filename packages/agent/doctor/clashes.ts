/** Two nodes of a site that claim the same number or address, and a machine that has what belongs to another. Pure. */
import { parseIpv6, prefixContains, type Ipv6 } from "@netwright/base";
import { problem, type Finding } from "./finding.ts";
import type { Interface } from "./interfaces.ts";
import type { Site, SiteNode } from "./site.ts";

/** What the node claims for itself alone, in words. Routers of one site may share an AS number. */
const claimsOf = ({ role, id, asn, routerId, vtep, links }: SiteNode): readonly string[] => [
  ...(id === null ? [] : [`host number ${id}`]),
  ...(role === "Host" ? [`AS number ${asn}`] : []),
  ...(routerId === null ? [] : [`BGP identifier ${routerId}`]),
  ...(vtep === null ? [] : [`address ${vtep}`]),
  ...new Set(links.map(({ localAddress }) => `address ${localAddress}`)),
];

export function clashesOf({ nodes }: Site): readonly Finding[] {
  const first = new Map<string, SiteNode>();
  const asns = new Map(nodes.filter(({ role }) => role === "Router").map((node) => [node.asn, node]));
  return nodes.flatMap((node) => {
    const taken = claimsOf(node).flatMap((claim) => {
      const other = first.get(claim);
      if (other === undefined) first.set(claim, node);
      return other === undefined ? [] : [clash(node, other, claim)];
    });
    const router = node.role === "Host" ? asns.get(node.asn) : undefined;
    return router === undefined ? taken : [...taken, clash(node, router, `AS number ${node.asn}`)];
  });
}

const nameOf = ({ role, name }: SiteNode): string => `${role.toLowerCase()}/${name}`;

const clash = (node: SiteNode, other: SiteNode, claim: string): Finding =>
  problem("NW1902", nameOf(node), `${claim} is also that of ${nameOf(other)}`, {
    meaning: "packets and routes of one go to the other, or are refused as a loop",
    hint: "give one of the two another",
  });

/** Addresses on this machine that are another node's, that a pool gives out, or that a neighbour has too. */
export function strangersOn(
  interfaces: readonly Interface[],
  { nodes, pools, tunnelPeers }: Site,
  own: SiteNode | undefined,
): readonly Finding[] {
  const others = new Map<Ipv6, string>(tunnelPeers.map((vtep) => [vtep, "another host"]));
  for (const node of nodes) {
    if (node === own) continue;
    for (const { localAddress } of node.links) others.set(localAddress, nameOf(node));
    if (node.vtep !== null) others.set(node.vtep, nameOf(node));
  }
  return interfaces.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ address: text, isDuplicate }) => {
      const address = parseIpv6(text);
      const owner = own === undefined ? undefined : others.get(address);
      const pool = pools.find((each) => prefixContains(each, address));
      return [
        ...(isDuplicate ? [duplicate(name, text)] : []),
        ...(owner === undefined ? [] : [belongsTo(name, text, owner)]),
        ...(pool === undefined || name.startsWith("nwu") ? [] : [inPool(name, text, pool)]),
      ];
    }),
  );
}

const duplicate = (device: string, address: string): Finding =>
  problem("NW1902", device, `${address} is in use by another machine on this link`, {
    meaning: "the kernel found the other by duplicate address detection and does not use the address",
    hint: "give one of the two another address",
  });

const belongsTo = (device: string, address: string, owner: string): Finding =>
  problem("NW1902", device, `${address} belongs to ${owner}`, {
    meaning: "what is sent to that node ends here",
    hint: `remove it: ip -6 address del ${address} dev ${device}`,
  });

const inPool = (device: string, address: string, pool: string): Finding =>
  problem("NW1902", device, `${address} lies in the address pool ${pool}`, {
    meaning: "a service may be given this address",
    hint: "use addresses for machines that no pool holds",
  });
