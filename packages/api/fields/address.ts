/** IPv6 addresses and router identifiers. */
import { isIpv4, NetwrightError, parseIpv6, type Ipv6 } from "@netwright/base";
import { textField } from "./text-field.ts";
import { ipv4Later } from "./ipv4.ts";

/** @throws NW1203, or NW1206 for an IPv4 address. */
export function parseAddress(text: string): Ipv6 {
  if (isIpv4(text)) throw ipv4Later(text);
  return parseIpv6(text);
}

export const addressField = (description: string) =>
  textField<Ipv6>({ description, examples: ["2001:db8::1"] }, parseAddress, (value) => value);

/** A dotted quad that is no address but a number (RFC 6286). @throws NW1203 */
export function parseRouterId(text: string): string {
  if (isIpv4(text) && text !== "0.0.0.0") return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a router identifier`, {
    hint: "write four numbers from 0 to 255 with dots, not all 0, for example 192.0.2.1 (RFC 6286)",
  });
}

export const routerIdField = (description: string) =>
  textField<string>({ description, examples: ["192.0.2.1"] }, parseRouterId, (value) => value);
