/** IPv6 prefixes: strict parsing, containment, overlap, enumeration. */
import { NetwrightError } from "../errors.ts";
import { Remembered } from "../remembered.ts";
import { formatIpv6, ipv6Max, ipv6Number, ipv6Value, type Ipv6 } from "./ipv6.ts";

declare const brand: unique symbol;

/** Canonical text `address/length` with all host bits zero. */
export type Ipv6Prefix = string & { readonly [brand]: "ipv6-prefix" };

export interface PrefixParts {
  /** First address, as a number. */
  readonly first: bigint;
  readonly length: number;
}

const mask = (length: number): bigint => (ipv6Max >> BigInt(128 - length)) << BigInt(128 - length);

export function formatPrefix({ first, length }: PrefixParts): Ipv6Prefix {
  return `${formatIpv6(first & mask(length))}/${length}` as Ipv6Prefix;
}

/** @throws NW1203 when it is not a prefix or has bits set behind its length. */
export function parsePrefix(text: string): Ipv6Prefix {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const first = ipv6Value(match?.[1] ?? "");
  const length = Number(match?.[2]);
  if (first === undefined || !(length <= 128) || String(length) !== match?.[2]) {
    throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not an IPv6 prefix such as 2001:db8::/32`);
  }
  const canonical = formatPrefix({ first, length });
  if ((first & mask(length)) !== first) {
    throw new NetwrightError("NW1203", `${text} has bits set behind its length`, { hint: `write ${canonical}` });
  }
  return canonical;
}

/** Networks and pools are few, and are asked for again for each address in them. */
const known = new Remembered<Ipv6Prefix, PrefixParts>(4096);

/** The parts of a prefix already known to be valid. */
export const prefixParts = (prefix: Ipv6Prefix): PrefixParts => known.of(prefix, readParts);

function readParts(prefix: Ipv6Prefix): PrefixParts {
  const slash = prefix.indexOf("/");
  return { first: ipv6Number(prefix.slice(0, slash) as Ipv6), length: Number(prefix.slice(slash + 1)) };
}

/** Number of addresses in it. */
export const prefixSize = (prefix: Ipv6Prefix): bigint => 1n << BigInt(128 - prefixParts(prefix).length);

export function prefixContains(prefix: Ipv6Prefix, address: Ipv6): boolean {
  const { first, length } = prefixParts(prefix);
  return (ipv6Number(address) & mask(length)) === first;
}

export function prefixesOverlap(a: Ipv6Prefix, b: Ipv6Prefix): boolean {
  const [x, y] = [prefixParts(a), prefixParts(b)];
  const shorter = mask(Math.min(x.length, y.length));
  return (x.first & shorter) === (y.first & shorter);
}

/** The address `offset` places after the first one. @throws RangeError outside the prefix. */
export function addressAt(prefix: Ipv6Prefix, offset: bigint): Ipv6 {
  const { first, length } = prefixParts(prefix);
  if (offset < 0n || offset >> BigInt(128 - length) > 0n) throw new RangeError(`offset ${offset} is outside ${prefix}`);
  return formatIpv6(first + offset);
}

/** The one-address prefix of an address. */
export const hostPrefix = (address: Ipv6): Ipv6Prefix => `${address}/128` as Ipv6Prefix;

/** Global unicast (RFC 4291 section 2.4): the only addresses that a rule for egress can lead to. */
export const internet = parsePrefix("2000::/3");
