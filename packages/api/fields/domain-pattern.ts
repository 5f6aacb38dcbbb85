/** Names that a flow to the internet may lead to: a host name, or a wildcard for all below one. */
import { domainToASCII } from "node:url";
import { NetwrightError, type DomainPattern } from "@netwright/base";
import { parseHostname } from "./hostname.ts";

/** @throws NW1203 when the text is neither `NAME` nor `*.NAME`. */
export function parseDomainPattern(text: string): DomainPattern {
  const refuse = (why: string, hint: string): never => {
    throw new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 80))} ${why}`, { hint });
  };
  const rest = text.startsWith("*.") ? text.slice(2) : text;
  if (rest.includes("*"))
    refuse("has a wildcard that is not its whole first label", "write *.example.net for every name below example.net");
  if (/[^\0-\x7f]/.test(rest)) refuse("has letters that names in DNS cannot have", asciiHint(text, rest));
  if (/^(?:.+\.)?internal$/i.test(rest)) refuse("is a name inside networks", "between services write allow");
  if (rest !== text && !rest.includes("."))
    refuse("would be a whole top-level domain", "write *.example.net for every name below example.net");
  return `${text.slice(0, text.length - rest.length)}${parseHostname(rest)}` as DomainPattern;
}

/** RFC 5891: what resolvers ask for. */
function asciiHint(text: string, rest: string): string {
  const ascii = domainToASCII(rest);
  return ascii === "" ? "write letters, digits and hyphens" : `write ${text.startsWith("*.") ? "*." : ""}${ascii}`;
}
