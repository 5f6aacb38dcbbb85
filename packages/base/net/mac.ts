/** Ethernet addresses, locally administered and derived, so that goldens are stable. */
import { NetwrightError } from "../errors.ts";

declare const brand: unique symbol;

/** Six octets in lower-case hexadecimal, separated by colons. */
export type Mac = string & { readonly [brand]: "mac" };

/** A locally administered unicast address (IEEE 802 bit U/L set): one tag octet, then a 32-bit number. */
export function derivedMac(tag: number, value: number): Mac {
  const octets = [0x02, tag & 0xff, (value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":") as Mac;
}

/** @throws NW1203 when the text is not the address of one interface. */
export function parseMac(text: string): Mac {
  const mac = text.toLowerCase();
  const isOne = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) && mac !== "00:00:00:00:00:00";
  // The lowest bit of the first octet means a group of interfaces.
  if (isOne && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0) return mac as Mac;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a MAC address of one interface`, {
    hint: "six octets in hexadecimal, the first one even, for example 02:00:00:00:00:01",
  });
}
