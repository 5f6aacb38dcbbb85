/** Lists that ip(8) and bridge(8) print with `-j`. */
import { formatIpv6, ipv6Value } from "@netwright/base";

export type Json = Readonly<Record<string, unknown>>;

/** Undefined where it is not such a list. Without an answer it is empty. */
export function readList(text: string): readonly Json[] | undefined {
  if (text.trim() === "") return [];
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? (list as readonly Json[]) : undefined;
  } catch {
    return undefined;
  }
}

export const textAt = (entry: Json, field: string): string => {
  const value = entry[field];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};

/** RFC 5952, whatever the program wrote. */
export function addressOf(text: string): string {
  const value = ipv6Value(text);
  return value === undefined ? text : formatIpv6(value);
}

/** ip(8) leaves the length of a host route away. */
export function destinationOf(text: string): string {
  if (text === "default") return "::/0";
  const [address = "", length = "128"] = text.split("/");
  return `${addressOf(address)}/${length}`;
}
