/** Whom a flow to the internet leads to: a prefix, or a name. */
import { isIpv4, type DomainPattern, type Ipv6Prefix } from "@netwright/base";
import { parseDomainPattern } from "./domain-pattern.ts";
import { parseBoundedPrefix } from "./prefix.ts";
import { textField } from "./text-field.ts";

const bounds = { min: 3, max: 128, hint: "write a prefix such as 2001:db8:1::/48, or ADDRESS/128" };

/** What is made of hexadecimal digits with colons or slashes is meant as an address; so is what looks like IPv4. */
const isAddress = (text: string): boolean => (/^[0-9a-f.:/]+$/i.test(text) && /[:/]/.test(text)) || isIpv4(text);

const parse = (text: string): Ipv6Prefix | DomainPattern =>
  isAddress(text) ? parseBoundedPrefix(text, bounds) : parseDomainPattern(text);

export const egressTargetField = (description: string) =>
  textField<Ipv6Prefix | DomainPattern>(
    { description, examples: ["2001:db8:100::/64", "api.example.net", "*.example.net"] },
    parse,
    (value) => value,
  );
