/** One BGP session and what may pass it, by the neighbour's role. Pure. */
import type { BgpNeighbor, BgpState, ForeignSession, NeighborRole } from "@netwright/contract";
import { lackingSymbol, passwordSymbol } from "./passwords.ts";
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
  const { bfd, foreign } = neighbor;
  const far = (foreign?.multihop ?? null) !== null;
  const filters = filtersFor[neighbor.role](bgp, neighbor);
  return [
    `protocol bgp '${protocolName(neighbor)}' from session {`,
    `  local ${neighbor.localAddress} as ${bgp.asn};`,
    `  neighbor ${neighbor.address} as ${neighbor.asn};`,
    ...(neighbor.interface === null || far ? [] : [`  interface "${neighbor.interface}";`]),
    ...(foreign === undefined ? [] : foreignLines(neighbor.name, foreign)),
    ...(bfd === null ? [] : [`  bfd { interval ${bfd.interval} ms; multiplier ${bfd.multiplier}; };`]),
    "  ipv6 {",
    ...(neighbor.role === "Upstream" ? ["    table upstreams;"] : []),
    `    import where ${filters.import};`,
    `    export ${exportOf(filters, foreign)};`,
    ...((foreign?.maxPrefixes ?? null) === null
      ? []
      : ["    import keep filtered on;", `    receive limit ${foreign?.maxPrefixes} action restart;`]),
    "    next hop self;",
    "  };",
    "}",
    "",
  ].join("\n");
}

/**
 * Repeated errors of a session with others are answered with growing pauses: their router is not ours to hammer. BFD
 * that goes down in a pause counts as one more error and starts it anew, so the longest is twice the bound.
 */
function foreignLines(name: string, session: ForeignSession): readonly string[] {
  const { passwordFile, multihop, ttlSecurity, gracefulRestart, holdTime, keepaliveTime } = session;
  return [
    ...(passwordFile === null ? [] : [`  disabled ${lackingSymbol(name)};`, `  password ${passwordSymbol(name)};`]),
    ...(multihop === null ? [] : [`  multihop ${multihop};`]),
    ...(ttlSecurity ? ["  ttl security on;"] : []),
    `  hold time ${holdTime / 1000};`,
    `  keepalive time ${keepaliveTime / 1000};`,
    "  error wait time 1, 5;",
    ...(gracefulRestart ? ["  graceful restart on;", "  graceful restart time 30;"] : []),
  ];
}

/** Tunnel end points go without communities: those speak to the world about services. */
function exportOf(filters: Filters, foreign: ForeignSession | undefined): string {
  const communities = foreign?.communities ?? [];
  if (communities.length === 0) return `where ${filters.export}`;
  const adding = communities.map((community) => {
    const numbers = community.split(":");
    const list = numbers.length === 2 ? "bgp_community" : "bgp_large_community";
    return `${list}.add((${numbers.join(", ")}));`;
  });
  return `filter {
      if proto = "services" || proto = "aggregates" then { ${adding.join(" ")} }
      if ${filters.export} then accept;
      reject;
    }`;
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
  Edge: (bgp, { foreign }) =>
    foreign === undefined
      ? {
          import: anyOf(isDefault, isWithin(bgp.underlay)),
          export: anyOf('proto = "loopbacks"', 'proto = "services"', 'proto = "anchors"'),
        }
      : {
          import: isDefault,
          export: anyOf('proto = "loopbacks"', ...inPools(bgp)),
        },
  Fabric: (bgp) => {
    const known = anyOf(isDefault, isWithin(bgp.underlay), isAddressIn(bgp.pools));
    // Static routes stay here: each router answers for unallocated addresses and for the aggregate by itself.
    return { import: known, export: `proto = "loopbacks" || (source = RTS_BGP && (${known}))` };
  },
  Upstream: () => ({
    import: isDefault,
    // An anchor that no host here announces leaves its aggregate in the table as unreachable.
    export: 'proto = "aggregates" && dest = RTD_UNICAST',
  }),
};

/** In parentheses: BIRD gives `&&` and `||` the same precedence. */
const inPools = ({ pools }: BgpState): readonly string[] =>
  pools.length === 0 ? [] : [`(proto = "services" && ${isAddressIn(pools)})`];

/** Alternatives without those that can never be true. */
function anyOf(...conditions: readonly string[]): string {
  return conditions.filter((condition) => condition !== "false").join(" || ") || "false";
}
