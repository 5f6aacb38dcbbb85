/** Public host names: strict RFC 1123 section 2.1, lower case, never a wildcard. */
import { NetwrightError } from "@netwright/base";
import { textField } from "./text-field.ts";

declare const brand: unique symbol;

/** A fully qualified host name in lower case, without the closing dot. */
export type Hostname = string & { readonly [brand]: "hostname" };

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const hint = "write a full name such as shop.example.net";

/** @throws NW1203 when the text is not a host name of two labels or more. */
export function parseHostname(text: string): Hostname {
  const refuse = (why: string, advice = hint): never => {
    const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    throw new NetwrightError("NW1203", `${JSON.stringify(shown)} ${why}`, { hint: advice });
  };
  // ASCII only: toLowerCase() would make a plain k of the Kelvin sign.
  const name = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (name.startsWith("*.")) refuse("is a wildcard: one name gets one address", "write each host name that you serve");
  if (name.endsWith(".")) refuse("ends with a dot", `write ${name.replace(/\.+$/, "") || "shop.example.net"}`);
  if (name.length > 253) refuse(`is too long: ${name.length} characters of at most 253`);
  const labels = name.split(".");
  const bad = labels.find((part) => !label.test(part));
  if (bad !== undefined) refuse(`is not a host name: ${labelProblem(bad)}`);
  if (labels.length < 2) refuse("is a single label, not a public host name");
  if (/^[0-9]+$/.test(labels.at(-1) ?? "")) refuse("is not a host name: its last label is a number");
  // Reserved for private use: only the resolvers of networks answer for it, and never what a manifest claims.
  if (labels.at(-1) === "internal") {
    const advice = "names inside networks are made by themselves: SERVICE.internal and TIER.SERVICE.internal";
    refuse("is not a public host name: internal is the domain of names inside networks", advice);
  }
  return name as Hostname;
}

function labelProblem(part: string): string {
  if (part === "") return "it has an empty label";
  if (part.length > 63) return "a label is longer than 63 characters";
  if (part.startsWith("-") || part.endsWith("-")) return `label ${JSON.stringify(part)} begins or ends with a hyphen`;
  return `label ${JSON.stringify(part)} has characters other than letters, digits and hyphens`;
}

export const hostnameField = (description: string) =>
  textField<Hostname>({ description, examples: ["shop.example.net"] }, parseHostname, (value) => value);
