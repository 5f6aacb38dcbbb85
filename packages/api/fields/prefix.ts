/** IPv6 prefixes with a length between bounds. */
import { isIpv4, NetwrightError, parsePrefix, prefixParts, type Ipv6Prefix } from "@netwright/base";
import { ipv4Later } from "./ipv4.ts";
import { textField } from "./text-field.ts";

export interface PrefixBounds {
  readonly min: number;
  readonly max: number;
  /** Why these lengths, for the hint. */
  readonly hint: string;
}

/** @throws NW1203, or NW1206 for an IPv4 prefix. */
export function parseBoundedPrefix(text: string, { min, max, hint }: PrefixBounds): Ipv6Prefix {
  const [address = ""] = text.split("/");
  if (isIpv4(address)) throw ipv4Later(text);
  const prefix = parsePrefix(text);
  const { length } = prefixParts(prefix);
  if (length >= min && length <= max) return prefix;
  const wanted = min === max ? `/${min}` : `/${min} to /${max}`;
  throw new NetwrightError("NW1203", `${text} has length /${length}, not ${wanted}`, { hint });
}

export const prefixField = (description: string, bounds: PrefixBounds) =>
  textField<Ipv6Prefix>(
    { description, examples: [`2001:db8:100::/${Math.max(bounds.min, 64)}`] },
    (text) => parseBoundedPrefix(text, bounds),
    (value) => value,
  );
