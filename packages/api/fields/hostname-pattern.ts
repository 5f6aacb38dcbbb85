/** Which host names may be used: one name, or `*.` and a name for every name below it, however deep. */
import { parseHostname, type Hostname } from "./hostname.ts";
import { textField } from "./text-field.ts";

declare const brand: unique symbol;

/** `shop.example.net` or `*.shop.example.net`, in lower case. */
export type HostnamePattern = string & { readonly [brand]: "hostname-pattern" };

const below = "*.";

/** @throws NW1203 when it is neither a host name nor one after `*.`. */
export function parseHostnamePattern(text: string): HostnamePattern {
  const name = text.startsWith(below) ? text.slice(below.length) : text;
  const parsed = parseHostname(name);
  return (name === text ? parsed : `${below}${parsed}`) as HostnamePattern;
}

/** `*.example.net` covers `a.example.net` and `a.b.example.net`, and not `example.net` itself. */
export const coversHostname = (pattern: HostnamePattern, hostname: Hostname): boolean =>
  pattern.startsWith(below) ? hostname.endsWith(pattern.slice(1)) : hostname === (pattern as string);

export const hostnamePatternField = (description: string) =>
  textField<HostnamePattern>(
    { description, examples: ["shop.example.net", "*.shop.example.net"] },
    parseHostnamePattern,
    (value) => value,
  );
