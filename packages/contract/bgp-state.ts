/** What one node says and hears over BGP (RFC 4271; IPv6 by RFC 4760; BFD by RFC 5880). */
import type { Ipv6, Ipv6Prefix, Milliseconds } from "@netwright/base";

export interface BgpState {
  /** 1 to 4294967294 (RFC 6793). */
  readonly asn: number;
  /** Dotted quad, unique in the fabric (RFC 6286). */
  readonly routerId: string;
  /** The node's own addresses that others must reach (the tunnel end point). Announced to fabric neighbours. */
  readonly loopbacks: readonly Ipv6Prefix[];
  /** Service addresses served here, /128 each. Sorted. Announced at once, withdrawn at once. */
  readonly announce: readonly Ipv6Prefix[];
  /** Pools. A host announces a pool's first address while it announces any address of the pool; a router
   *  announces the whole prefix upstream while some directly connected host announces that first address. */
  readonly pools: readonly Ipv6Prefix[];
  /** Prefixes that cover every host's tunnel end point; what `Host` and `Fabric` neighbours may exchange. */
  readonly underlay: readonly Ipv6Prefix[];
  /** By name. */
  readonly neighbors: readonly BgpNeighbor[];
}

/**
 * How the neighbour stands to this node, which decides what is imported from and exported to it:
 * - `Host` (seen from a router): import its own tunnel end point and /128s inside pools; export default and underlay.
 * - `Edge` (seen from a host): import default and underlay; export own loopbacks and announced /128s. Of somebody
 *   else's (`foreign`) import default only, and announce no anchors to it.
 * - `Fabric` (router to router, same ASN): exchange everything known inside the fabric, and default.
 * - `Upstream` (seen from a router): import default only; export pool aggregates only.
 */
export type NeighborRole = "Host" | "Edge" | "Fabric" | "Upstream";

export interface BgpNeighbor {
  /** Name of the Host or Router at the other end; with `-2` and so on for further sessions to it. */
  readonly name: string;
  readonly role: NeighborRole;
  readonly asn: number;
  /** Null where only the addresses are known: the link is then found by them. */
  readonly interface: string | null;
  readonly localAddress: Ipv6;
  readonly address: Ipv6;
  /** Only for role `Host`: the tunnel end point it may announce. */
  readonly loopback: Ipv6Prefix | null;
  readonly bfd: BfdTimers | null;
  /** Only of a router that is not managed. */
  readonly foreign?: ForeignSession;
}

/** What both ends of a session with somebody else's router agreed on. */
export interface ForeignSession {
  /**
   * File on this node with the TCP MD5 password (RFC 2385); null for none.
   * Invariant: the password itself stands in no state, report, log or argument.
   */
  readonly passwordFile: string | null;
  /** So many hops away at most; null on the same link. */
  readonly multihop: number | null;
  /** Only packets from so near as that are taken (RFC 5082). */
  readonly ttlSecurity: boolean;
  /** `64510:100` (RFC 1997) or `64510:1:2` (RFC 8092), for service addresses and pools announced to it. */
  readonly communities: readonly string[];
  /** The session is closed when more are received; null for no limit. */
  readonly maxPrefixes: number | null;
  /** RFC 4724, both ways. */
  readonly gracefulRestart: boolean;
  /** Whole seconds. */
  readonly holdTime: Milliseconds;
  readonly keepaliveTime: Milliseconds;
}

export interface BfdTimers {
  readonly interval: Milliseconds;
  readonly multiplier: number;
}
