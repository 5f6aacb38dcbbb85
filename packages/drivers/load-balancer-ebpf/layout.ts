/** Keys and values of the kernel's maps, as `native/balancer/layout.h` has them: octets in hexadecimal. Pure. */
import { ipv6Number, type Ipv6, type Mac } from "@netwright/base";
import { candidatesMax, maglevSize, type ListenerKey, type LoadBalancerMember } from "@netwright/contract";

/** Octets in hexadecimal, lower case. */
export type Octets = string;

const protocolNumber = { tcp: 6, udp: 17 } as const;

/** No entry of `tables`: nobody is a member, or ever was. */
export const noTable = 0xffff_ffff;
/** As many as the map `tables` has. */
export const tablesMax = 2048;
export const countersMax = 4096;
/** Member 0 is nobody. */
export const membersMax = 65_535;

const octets = (value: number | bigint, count: number): Octets => value.toString(16).padStart(2 * count, "0");

/** Little-endian, 32 bits. */
export function word(value: number): Octets {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer.toString("hex");
}

export const wordAt = (value: Octets, offset: number): number => Buffer.from(value, "hex").readUInt32LE(offset);

const macOctets = (mac: Mac): Octets => mac.replaceAll(":", "");

export const listenerKey = ({ vip, protocol, port }: ListenerKey): Octets =>
  `${octets(ipv6Number(vip), 16)}${octets(protocolNumber[protocol], 1)}00${octets(port, 2)}`;

/** For what cannot be told to belong to one listener. */
export const addressKey = (vip: Ipv6): Octets => `${octets(ipv6Number(vip), 16)}00000000`;

export const deliveryKey = (key: ListenerKey & { readonly mac: Mac }): Octets =>
  `${listenerKey(key)}${macOctets(key.mac)}0000`;

/** Of `host`. */
export const macValue = (mac: Mac): Octets => `${macOctets(mac)}0000`;
export const memberValue = ({ mac, mute }: Pick<LoadBalancerMember, "mac" | "mute">): Octets =>
  `${macOctets(mac)}${mute === true ? "0100" : "0000"}`;
export const noMac = "0".repeat(16);

export interface ListenerValue {
  readonly table: number;
  readonly counters: number;
  /** Index of the tunnel device in the tenant's namespace. */
  readonly tunnel: number;
  /** Of what the table was made; the kernel does not read it. */
  readonly tag: number;
}

export const listenerValue = ({ table, counters, tunnel, tag }: ListenerValue): Octets =>
  [table, counters, tunnel, tag].map(word).join("");

export function parseListener(value: Octets): ListenerValue {
  const [table = noTable, counters = 0, tunnel = 0, tag = 0] = [0, 4, 8, 12].map((offset) => wordAt(value, offset));
  return { table, counters, tunnel, tag };
}

/** @param slots indexes into `members`, or 0 */
export function tableValue(slots: Uint16Array): Octets {
  const buffer = Buffer.alloc(maglevSize * candidatesMax * 2);
  for (const [index, member] of slots.entries()) buffer.writeUInt16LE(member, 2 * index);
  return buffer.toString("hex");
}
