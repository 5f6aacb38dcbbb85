/** IPv4 addresses: strict parsing. No leading zeros, which some programs read as octal. */
import { NetwrightError } from "../errors.ts";

declare const brand: unique symbol;

/** Four decimal numbers with dots. */
export type Ipv4 = string & { readonly [brand]: "ipv4" };

const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const dottedQuad = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

export const isIpv4 = (text: string): text is Ipv4 => dottedQuad.test(text);

/** @throws NW1203 when the text is not an IPv4 address. */
export function parseIpv4(text: string): Ipv4 {
  if (isIpv4(text)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not an IPv4 address`);
}

/** The 32-bit number of an address. */
export const ipv4Number = (address: Ipv4): bigint =>
  address.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);

export const formatIpv4 = (value: bigint): Ipv4 =>
  [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".") as Ipv4;
