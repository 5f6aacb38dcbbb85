/**
 * IPv6 addresses: strict parsing, canonical text (RFC 5952), arithmetic on bigints.
 * The canonical text is the form that objects, states and engines exchange; compute on the number.
 */
import { NetwrightError } from "../errors.ts";

declare const brand: unique symbol;

/** Canonical RFC 5952 text of one IPv6 address, without zone and without prefix length. */
export type Ipv6 = string & { readonly [brand]: "ipv6" };

const bits = 128n;
export const ipv6Max = (1n << bits) - 1n;

/** The 128-bit number of an address text, or undefined when the text is not one (RFC 4291 section 2.2; no zones). */
export function ipv6Value(text: string): bigint | undefined {
  const dotted = splitDotted(text);
  if (dotted === undefined) return undefined;
  const halves = dotted.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "");
  const tail = halves.length === 2 ? groups(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  if (halves.length === 2 ? count > 7 : count !== 8) return undefined;
  const all = [...head, ...Array<number>(8 - count).fill(0), ...tail];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
}

function groups(text: string): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part)) ? parts.map((part) => parseInt(part, 16)) : undefined;
}

/** Rewrites a trailing dotted quad (RFC 4291 section 2.2 form 3) as two groups; undefined when it is malformed. */
function splitDotted(text: string): string | undefined {
  if (!text.includes(".")) return text;
  const match = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(2).map(Number);
  const bad = match.slice(2).some((part) => (part.length > 1 && part.startsWith("0")) || Number(part) > 255);
  if (bad) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return `${match[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Canonical text of a 128-bit number (RFC 5952; IPv4-mapped addresses in dotted form, section 5). */
export function formatIpv6(value: bigint): Ipv6 {
  if (value >> 32n === 0xffffn) return `::ffff:${dottedQuad(Number(value & 0xffff_ffffn))}` as Ipv6;
  const parts = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const [start, length] = longestZeroRun(parts);
  const text = (from: number, to: number) =>
    parts
      .slice(from, to)
      .map((part) => part.toString(16))
      .join(":");
  if (length < 2) return text(0, 8) as Ipv6;
  return `${text(0, start)}::${text(start + length, 8)}` as Ipv6;
}

function dottedQuad(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
}

function longestZeroRun(parts: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let index = 0; index < parts.length; index++) {
    let end = index;
    while (parts[end] === 0) end++;
    if (end - index > best[1]) best = [index, end - index];
    index = Math.max(index, end - 1);
  }
  return best;
}

/** @throws NW1203 when the text is not an IPv6 address. */
export function parseIpv6(text: string): Ipv6 {
  const value = ipv6Value(text);
  if (value === undefined) throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not an IPv6 address`);
  return formatIpv6(value);
}

/** The number of an address already known to be valid. */
export function ipv6Number(address: Ipv6): bigint {
  return ipv6Value(address) as bigint;
}
