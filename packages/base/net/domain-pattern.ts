/** Names that a rule is about: one, or all below one. */
import type { Ipv6Prefix } from "./prefix.ts";

declare const brand: unique symbol;

/** `api.example.net`, or `*.example.net` for every name below that one. Lower case, without the closing dot. */
export type DomainPattern = string & { readonly [brand]: "domain pattern" };

/** @param name in lower case, without the closing dot */
export const matchesDomain = (pattern: DomainPattern, name: string): boolean =>
  pattern.startsWith("*.") ? name.length >= pattern.length && name.endsWith(pattern.slice(1)) : name === pattern;

/** What a rule leads to is told by its text: only prefixes have a length behind a slash. */
export const isPrefix = (to: Ipv6Prefix | DomainPattern): to is Ipv6Prefix => to.includes("/");
