/** An address outside the site that a rule for egress leads to. */
import {
  formatIpv6,
  internet,
  ipv6Number,
  prefixContains,
  prefixParts,
  prefixSize,
  type Ipv6,
  type Ipv6Prefix,
} from "@netwright/base";
import { exampleClient } from "@netwright/model";

/**
 * In both prefixes, and neither in a pool nor the site's own.
 * @param rule undefined: anywhere
 * @param wanted undefined: anywhere
 */
export function outsideAddress(
  rule: Ipv6Prefix | undefined,
  wanted: Ipv6Prefix | undefined,
  pools: readonly Ipv6Prefix[],
  own: ReadonlySet<Ipv6>,
): Ipv6 | undefined {
  const ranges = [rule ?? internet, wanted ?? internet].map(rangeOf);
  const end = ranges.reduce((least, { to }) => (to < least ? to : least), ranges[0]?.to ?? 0n);
  const inside = (at: bigint): boolean => ranges.every(({ from, to }) => from <= at && at < to);
  const taken = (address: Ipv6): Ipv6Prefix | undefined => pools.find((pool) => prefixContains(pool, address));
  if (inside(ipv6Number(exampleClient)) && taken(exampleClient) === undefined && !own.has(exampleClient))
    return exampleClient;
  let at = ranges.reduce((most, { from }) => (from > most ? from : most), 0n);
  while (at < end) {
    const address = formatIpv6(at);
    const pool = taken(address);
    if (pool === undefined && !own.has(address)) return address;
    at = pool === undefined ? at + 1n : rangeOf(pool).to;
  }
  return undefined;
}

function rangeOf(prefix: Ipv6Prefix): { readonly from: bigint; readonly to: bigint } {
  const { first } = prefixParts(prefix);
  return { from: first, to: first + prefixSize(prefix) };
}
