/** Keys and values of the balancer's maps, as layout.h has them. */
import { ipv6Number, type Ipv6, type Mac } from "@netwright/base";
import { maglevSize } from "@netwright/contract";

export interface Listener {
  readonly vip: Ipv6;
  readonly protocol: number;
  readonly port: number;
}

const u32 = (value: number): string => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value >>> 0);
  return octets.toString("hex");
};

export const noTable = 0xffff_ffff;
export const index = u32;
export const hexOfMac = (mac: Mac): string => mac.replaceAll(":", "");
export const hexOfAddress = (address: Ipv6): string => ipv6Number(address).toString(16).padStart(32, "0");
const be16 = (value: number): string => value.toString(16).padStart(4, "0");

export const listenerKey = ({ vip, protocol, port }: Listener): string =>
  hexOfAddress(vip) + be16(protocol << 8) + be16(port);
export const listenerValue = (table: number, counters: number, tunnel: number): string =>
  u32(table) + u32(counters) + u32(tunnel) + u32(0);
export const macValue = (mac: Mac): string => `${hexOfMac(mac)}0000`;
export const muteMember = (mac: Mac): string => `${hexOfMac(mac)}0100`;
export const deadMember = "0000000000000000";
export const deliveryKey = (listener: Listener, mac: Mac): string => listenerKey(listener) + macValue(mac);

/** @param bucket places, the current one first */
export function tableValue(bucket: (slot: number) => readonly number[]): string {
  const places = new Uint16Array(4 * maglevSize);
  for (let slot = 0; slot < maglevSize; slot++) places.set(bucket(slot), 4 * slot);
  return Buffer.from(places.buffer).toString("hex");
}
