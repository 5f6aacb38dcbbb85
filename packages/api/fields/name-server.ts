/** Addresses of name servers that a host reaches: IPv6, or IPv4, since only the host itself speaks to them. */
import { ipv6Value, isIpv4, NetwrightError, parseIpv6, parsePrefix, prefixContains } from "@netwright/base";
import { textField } from "./text-field.ts";

const nobody = [parsePrefix("::/128"), parsePrefix("ff00::/8"), parsePrefix("fe80::/10")];
const hint = "write the address of a name server, for example 2001:db8::53 or 192.0.2.53";

/** @throws NW1203 for what is no address, and for addresses that no name server has. */
export function parseNameServer(text: string): string {
  if (isIpv4(text)) {
    if (/^(0|22[4-9]|23\d|24\d|25\d)\./.test(text)) throw refused(text);
    return text;
  }
  if (ipv6Value(text) === undefined) throw refused(JSON.stringify(text));
  const address = parseIpv6(text);
  if (nobody.some((prefix) => prefixContains(prefix, address))) throw refused(text);
  return address;
}

const refused = (text: string): NetwrightError =>
  new NetwrightError("NW1203", `${text} is no address of a name server`, { hint });

export const nameServerField = (description: string) =>
  textField<string>({ description, examples: ["2001:db8::53"] }, parseNameServer, (value) => value);
