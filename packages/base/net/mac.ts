/** Ethernet addresses, locally administered and derived, so that goldens are stable. */

declare const brand: unique symbol;

/** Six octets in lower-case hexadecimal, separated by colons. */
export type Mac = string & { readonly [brand]: "mac" };

/** A locally administered unicast address (IEEE 802 bit U/L set): one tag octet, then a 32-bit number. */
export function derivedMac(tag: number, value: number): Mac {
  const octets = [0x02, tag & 0xff, (value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":") as Mac;
}
