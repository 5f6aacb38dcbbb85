/** One BGP session and what may pass it, by the neighbour's role. Pure. */
import type { BgpNeighbor, BgpState, NeighborRole } from "@netwright/contract";
import { isAddressIn, isOneOf, isWithin } from "./prefix-set.ts";

/** A protocol's name carries the role, so that filters and reports can tell neighbours by it. */
export const protocolName = (neighbor: Pick<BgpNeighbor, "role" | "name">): string =>
  `${neighbor.role.toLowerCase()}.${neighbor.name}`;

const protocolPattern = /^(host|edge|fabric|upstream)\.(.+)$/;

/** Name and role of the neighbour that a protocol is about; undefined for all other protocols. */
export function neighborOf(protocol: string): { readonly role: NeighborRole; readonly name: string } | undefined {
  const [, role, name] = protocolPattern.exec(protocol) ?? [];
  if (role === undefined || name === undefined) return undefined;
  return { role: `${role.charAt(0).toUpperCase()}${role.slice(1)}` as NeighborRole, name };
}

export function renderNeighbor(bgp: BgpState, neighbor: BgpNeighbor): string {
  const { bfd } = neighbor;
  const filters = filtersFor[neighbor.role](bgp, neighbor);
  return [
    `protocol bgp '${protocolName(neighbor)}' from session {`,
    `  local ${neighbor.localAddress} as ${bgp.asn};`,
    `  neighbor ${neighbor.address} as ${neighbor.asn};`,
    ...(neighbor.interface === null ? [] : [`  interface "${neighbor.interface}";`]),
    ...(bfd === null ? [] : [`  bfd { interval ${bfd.interval} ms; multiplier ${bfd.multiplier}; };`]),
    "  ipv6 {",
    ...(neighbor.role === "Upstream" ? ["    table upstreams;"] : []),
    `    import where ${filters.import};`,
    `    export where ${filters.export};`,
    "    next hop self;",
    "  };",
    "}",
    "",
  ].join("\n");
}

interface Filters {
  readonly import: string;
  readonly export: string;
}

const isDefault = "net = ::/0";

const filtersFor: Readonly<Record<NeighborRole, (bgp: BgpState, neighbor: BgpNeighbor) => Filters>> = {
  Host: (bgp, { loopback }) => ({
    import: anyOf(isOneOf(loopback === null ? [] : [loopback]), isAddressIn(bgp.pools)),
    export: anyOf(isDefault, isWithin(bgp.underlay)),
  }),
  Edge: (bgp) => ({
    import: anyOf(isDefault, isWithin(bgp.underlay)),
    export: anyOf('proto = "loopbacks"', 'proto = "services"', 'proto = "anchors"'),
  }),
  Fabric: (bgp) => {
    const known = anyOf(isDefault, isWithin(bgp.underlay), isAddressIn(bgp.pools));
    // Static routes stay here: each router answers for unallocated addresses and for the aggregate by itself.
    return { import: known, export: `proto = "loopbacks" || source = RTS_BGP && (${known})` };
  },
  Upstream: () => ({
    import: isDefault,
    // An anchor that no host here announces leaves its aggregate in the table as unreachable.
    export: 'proto = "aggregates" && dest = RTD_UNICAST',
  }),
};

/** Alternatives without those that can never be true. */
function anyOf(...conditions: readonly string[]): string {
  return conditions.filter((condition) => condition !== "false").join(" || ") || "false";
}
