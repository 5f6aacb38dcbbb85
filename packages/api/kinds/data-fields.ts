/** Parts that Secret and Config share: named values, given as text, in base64 or as files. No message quotes a value. */
import { z } from "zod";
import { finding } from "./finding.ts";
import type { FieldPath, Finding } from "./kind.ts";

/** Octets of all values of one object, as in Kubernetes. */
export const dataOctetsMax = 2 ** 20;

const keyPattern = /^[A-Za-z0-9._-]{1,253}$/;
const keyHint = "at most 253 letters, digits, dots, hyphens and underscores";

/** Sorted by key, so that equal objects are equal bytes. */
export const dataField = <V extends z.ZodType>(value: V, description: string) =>
  z.record(z.string(), value).overwrite(sorted).exactOptional().meta({ description });

const sorted = <T extends object>(entries: T): T =>
  Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) as T;

export type Texts = Readonly<Record<string, string>>;

export const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/** Keys that are none, and keys that two fields hold. @param fields of `spec`, by name */
export function keyFindings(fields: Readonly<Record<string, object>>): readonly Finding[] {
  const seen = new Map<string, string>();
  return Object.entries(fields).flatMap(([field, values]) =>
    Object.keys(values).flatMap((key) => {
      const path = ["spec", field, key];
      const shown = JSON.stringify(key.slice(0, 80));
      const other = seen.get(key);
      seen.set(key, field);
      if (!keyPattern.test(key) || key === "." || key === "..")
        return [finding("NW1203", path, `${shown} is not a key`, keyHint)];
      if (other === undefined) return [];
      return [finding("NW1205", path, `${shown} stands in ${other} too`, "keep one of them")];
    }),
  );
}

export function base64Findings(field: string, values: Texts = {}): readonly Finding[] {
  return Object.entries(values).flatMap(([key, text]) =>
    isBase64(text)
      ? []
      : [
          finding(
            "NW1203",
            ["spec", field, key],
            "is not base64 (RFC 4648 section 4)",
            "for plain text there is another field",
          ),
        ],
  );
}

/** Paths relative to the manifest, by key. */
export function sourceFindings(values: Texts = {}): readonly Finding[] {
  return Object.entries(values).flatMap(([key, source]) => {
    const inside = source !== "" && !source.startsWith("/") && !source.split("/").includes("..");
    if (inside && source.length <= 1024 && !source.includes("\0")) return [];
    const hint = "a relative path without .., for example secrets/password";
    return [finding("NW1203", ["spec", "source", key], "does not lie in the manifest's directory", hint)];
  });
}

export function sizeFindings(octets: number): readonly Finding[] {
  if (octets <= dataOctetsMax) return [];
  const message = `holds ${octets} octets, of at most ${dataOctetsMax}`;
  return [finding("NW1203", ["spec"], message, "spread it over several objects")];
}

/** Values that are still named by a path. */
export function unreadFindings(source: Texts = {}, path: FieldPath = ["spec", "source"]): readonly Finding[] {
  return Object.entries(source).map(([key, name]) =>
    finding(
      "NW1107",
      [...path, key],
      `${name} lies where it was written, not here`,
      "send the value; netwright apply does it",
    ),
  );
}

export const octetsOf = (base64: string): number => Buffer.byteLength(base64, "base64");
