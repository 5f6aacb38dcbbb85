/** Where probes go: HOST:PORT, hosts and URLs. */
import { z } from "zod";

export interface Target {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Undefined when the text is no such thing. */
export function parseTarget(text: string): Target | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** A text that is checked but stays a text. What stands in for a parameter is checked when its value is there. */
const checkedText = (description: string, noun: string, hint: string, isGood: (text: string) => boolean) =>
  z
    .string()
    .superRefine((text, context) => {
      if (text.includes("${{") || isGood(text)) return;
      const message = `${JSON.stringify(text)} is not ${noun}`;
      context.addIssue({ code: "custom", message, params: { code: "NW1203", hint } });
    })
    .meta({ description });

export const targetField = (description: string) =>
  checkedText(
    description,
    "HOST:PORT",
    "for example web:443, 192.0.2.1:53 or [2001:db8::1]:443",
    (text) => parseTarget(text) !== undefined,
  );

/** A name or an address, without a port. */
export const hostField = (description: string) =>
  checkedText(description, "a host", "a node's name, a DNS name, or an address", (text) => /^[\w.:%-]+$/.test(text));

export const urlField = (description: string) =>
  checkedText(description, "a URL of HTTP", "for example http://web:8080/healthz", (text) =>
    /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
  );
