/** Addresses and prefixes of either family, as interfaces and routes carry them. */
import { NetwrightError } from "../errors.ts";
import { formatIpv4, ipv4Number, isIpv4, type Ipv4 } from "./ipv4.ts";
import { formatIpv6, ipv6Number, ipv6Value, type Ipv6 } from "./ipv6.ts";

declare const brand: unique symbol;

export type IpFamily = "IPv4" | "IPv6";
export type IpAddress = Ipv4 | Ipv6;
/** An address and the length of the prefix that it is in: `10.0.1.1/24`, `fd00::1/64`. */
export type InterfaceAddress = string & { readonly [brand]: "interface address" };
/** All host bits zero: `10.0.0.0/8`, `fd00::/8`. */
export type IpPrefix = string & { readonly [brand]: "ip prefix" };

export interface IpParts {
  readonly family: IpFamily;
  readonly address: IpAddress;
  /** The address as a number. */
  readonly value: bigint;
  readonly length: number;
}

const bitsOf = (family: IpFamily): number => (family === "IPv4" ? 32 : 128);

export const familyOf = (address: IpAddress): IpFamily => (address.includes(":") ? "IPv6" : "IPv4");

export const ipNumber = (address: IpAddress): bigint =>
  familyOf(address) === "IPv4" ? ipv4Number(address as Ipv4) : ipv6Number(address as Ipv6);

/** @throws NW1203 when the text is no address of either family. */
export function parseIpAddress(text: string): IpAddress {
  if (isIpv4(text)) return text;
  const value = ipv6Value(text);
  if (value !== undefined) return formatIpv6(value);
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not an IP address`, {
    hint: "write four numbers with dots, or IPv6, for example 10.0.1.1 or 2001:db8::1",
  });
}

/** The parts of an interface address or a prefix already known to be valid. */
export function ipParts(text: InterfaceAddress | IpPrefix): IpParts {
  const slash = text.indexOf("/");
  const address = text.slice(0, slash) as IpAddress;
  return { family: familyOf(address), address, value: ipNumber(address), length: Number(text.slice(slash + 1)) };
}

/** The number of the first address of a prefix of that length. */
const firstOf = (family: IpFamily, value: bigint, length: number): bigint => {
  const rest = BigInt(bitsOf(family) - length);
  return (value >> rest) << rest;
};

const formatIp = (family: IpFamily, value: bigint): IpAddress =>
  family === "IPv4" ? formatIpv4(value) : formatIpv6(value);

function split(text: string, example: string): IpParts {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const length = Number(match?.[2]);
  const address = isIpv4(match?.[1] ?? "") || ipv6Value(match?.[1] ?? "") !== undefined;
  if (match !== null && address && String(length) === match[2]) {
    const parsed = parseIpAddress(match[1] as string);
    const family = familyOf(parsed);
    if (length <= bitsOf(family)) return { family, address: parsed, value: ipNumber(parsed), length };
  }
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not ${example}`, {
    hint: "the length of the prefix stands behind a slash: /24 for IPv4, /64 for IPv6",
  });
}

/** @throws NW1203 for what no interface can have: no length, a network's own address, broadcast, multicast, loopback. */
export function parseInterfaceAddress(text: string): InterfaceAddress {
  const { family, address, value, length } = split(text, "an address with the length of its prefix, as in 10.0.1.1/24");
  const canonical = `${address}/${length}` as InterfaceAddress;
  const refuse = (what: string): never => {
    throw new NetwrightError("NW1203", `${text} is ${what}`, { hint: "write an address that one interface may have" });
  };
  const top = Number(value >> BigInt(bitsOf(family) - 8));
  if (family === "IPv6") {
    if (value <= 1n) refuse(value === 0n ? "the unspecified address" : "the loopback address");
    return top === 0xff ? refuse("a multicast address") : canonical;
  }
  if (top === 0 || top === 127 || top >= 224) refuse("no unicast address of a link");
  if (length < 31 && value === firstOf(family, value, length)) refuse("its network's own address");
  if (length < 31 && value === lastOf(value, length)) refuse("its network's broadcast address");
  return canonical;
}

const lastOf = (value: bigint, length: number): bigint => value | ((1n << BigInt(32 - length)) - 1n);

/** Where packets for all of an IPv4 network go; undefined where there is no such address (RFC 3021). */
export function broadcastOf(text: InterfaceAddress): Ipv4 | undefined {
  const { family, value, length } = ipParts(text);
  return family === "IPv4" && length < 31 ? formatIpv4(lastOf(value, length)) : undefined;
}

/** @throws NW1203 when it is not a prefix or has bits set behind its length. */
export function parseIpPrefix(text: string): IpPrefix {
  const { family, value, length } = split(text, "a prefix, as in 10.0.0.0/8");
  const first = firstOf(family, value, length);
  const canonical = `${formatIp(family, first)}/${length}` as IpPrefix;
  if (first === value) return canonical;
  throw new NetwrightError("NW1203", `${text} has bits set behind its length`, { hint: `write ${canonical}` });
}

export function isInPrefix(prefix: InterfaceAddress | IpPrefix, address: IpAddress): boolean {
  const { family, value, length } = ipParts(prefix);
  return familyOf(address) === family && firstOf(family, ipNumber(address), length) === firstOf(family, value, length);
}
