/** Who speaks to whom: an address, a prefix, or the name of a node. */
import { isIpv4, isNetwrightError, NetwrightError, parseIpv6 } from "@netwright/base";
import { textField } from "../../fields/text-field.ts";

const bits = (address: string): number | undefined => (isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined);

function isIpv6(text: string): boolean {
  try {
    parseIpv6(text);
    return true;
  } catch (error) {
    if (isNetwrightError(error)) return false;
    throw error;
  }
}

/** True for an address or prefix of either family; a lab's own links may carry both. */
export function isAddressText(text: string): boolean {
  const [address = "", length, ...more] = text.split("/");
  const most = bits(address);
  if (most === undefined || more.length > 0 || address.includes("%")) return false;
  return length === undefined || (/^(0|[1-9]\d{0,2})$/.test(length) && Number(length) <= most);
}

/** @throws NW1203 */
export function parseParty(text: string): string {
  if (isAddressText(text) || /^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/.test(text)) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is neither an address, a prefix nor a node`, {
    hint: "for example 2001:db8::1, 2001:db8::/64, 192.0.2.1 or host1",
  });
}

export const partyField = (description: string) =>
  textField<string>({ description, examples: ["2001:db8::1", "host1"] }, parseParty, (value) => value);
