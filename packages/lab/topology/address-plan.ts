/** Where addresses in a lab come from. The plan is written down in docs/design/0001-shape.md. */
import { addressAt, formatIpv6, parsePrefix, prefixParts, type Ipv6 } from "@netwright/base";
import type { LabRole } from "@netwright/api";

export const vtepPrefix = parsePrefix("fd00:0:0:1::/64");
export const linkPrefix = parsePrefix("fd00:0:0:2::/64");
/** The first switch has this /64, the next ones those that follow. */
export const managementPrefix = parsePrefix("fd00:0:0:3::/64");
export const internetPrefix = parsePrefix("2001:db8:f::/48");

export const providerAsn = 64_500;
export const edgeAsn = 64_510;
/** Private AS numbers of 32 bits (RFC 6996); a host adds its number. */
export const hostAsnBase = 4_200_000_000;

/** Tunnel end point of a host. */
export const vtepAddress = (host: number): Ipv6 => addressAt(vtepPrefix, BigInt(host));

/** Both addresses of a router link, the lower one for its first end. Never ...::0 (RFC 6164 section 5.1). */
export const linkAddress = (link: number, end: 0 | 1): Ipv6 => addressAt(linkPrefix, BigInt(2 * (link + 1) + end));

/** fe80::a:LINK:END, so that it is never met among a tenant network's own. */
export const linkLocalAddress = (link: number, end: 0 | 1): Ipv6 =>
  formatIpv6((0xfe80n << 112n) | (0xan << 32n) | (BigInt(link + 1) << 16n) | BigInt(end + 1));

/** An address on a switch: hosts by their number behind a 1, all others by their place in the manifest. */
export function switchAddress(number: number, node: { readonly index: number; readonly hostId: number | null }): Ipv6 {
  const offset = node.hostId === null ? BigInt(node.index + 1) : 0x1_0000n + BigInt(node.hostId);
  return formatIpv6(prefixParts(managementPrefix).first + (BigInt(number) << 64n) + offset);
}

/** One /64 per client of the provider: the provider is ::1, the client ::2. */
export const internetAddress = (client: number, end: 1 | 2): Ipv6 =>
  addressAt(internetPrefix, (BigInt(client + 1) << 64n) + BigInt(end));

/** BGP identifier of the n-th router, from 0, out of the documentation range (RFC 5737). */
export const routerIdOf = (router: number): string => `192.0.2.${router + 1}`;

/** Roles that are customers on the provider's internet side. */
export const isInternetRole = (role: LabRole): boolean =>
  role === "Client" || role === "Resolver" || role === "NameServer";
