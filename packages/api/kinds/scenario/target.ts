/** HOST:PORT: where a probe goes. */
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

const hint = "for example web:443, 192.0.2.1:53 or [2001:db8::1]:443";

export const targetField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (parseTarget(text) !== undefined) return;
      const message = `${JSON.stringify(text)} is not HOST:PORT`;
      context.addIssue({ code: "custom", message, params: { code: "NW1203", hint } });
    })
    .meta({ description });

/** A name or an address of a node, without port. */
export const hostField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (/^[\w.:%-]+$/.test(text)) return;
      const message = `${JSON.stringify(text)} is no host`;
      context.addIssue({
        code: "custom",
        message,
        params: { code: "NW1203", hint: "a node's name, a DNS name, or an address" },
      });
    })
    .meta({ description });

export const urlField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      const url = URL.parse(text);
      if (url !== null && /^https?:$/.test(url.protocol)) return;
      const message = `${JSON.stringify(text)} is no URL of HTTP`;
      context.addIssue({
        code: "custom",
        message,
        params: { code: "NW1203", hint: "for example http://web:8080/healthz" },
      });
    })
    .meta({ description });
