/** Tuples of fields in the words that people know them by. */
import { formatIpv6 } from "@netwright/base";
import { addressSizes, fieldsOf, ipv4Family, nameSizes, protocols, states, type Field } from "./fields.ts";
import type { Row } from "./relation.ts";

export type Value = (field: Field) => number;

/** `"uplink"`; empty where a packet has none. */
export const nameText = (name: "in" | "out", value: Value): string =>
  fieldsOf(name)
    .map((field, index) => octets(value(field), Math.log2(nameSizes[index] as number) / 8))
    .join("");

const octets = (value: number, count: number): string =>
  Array.from({ length: count }, (_, index) => Math.floor(value / 256 ** (count - 1 - index)) % 256)
    .filter((octet) => octet !== 0)
    .map((octet) => String.fromCharCode(octet))
    .join("");

export const addressText = (name: "source" | "destination", value: Value): string =>
  formatIpv6(
    fieldsOf(name).reduce(
      (sum, field, index) => sum * BigInt(addressSizes[index] as number) + BigInt(value(field)),
      0n,
    ),
  );

export const macText = (value: number): string =>
  (value.toString(16).padStart(12, "0").match(/../g) as string[]).join(":");

export const protocolText = (value: number): string =>
  Object.entries(protocols).find(([, number]) => number === value)?.[0] ?? `protocol ${value}`;

/** `w2.1 . fd77::1:2:0:1 . tcp . 443`: the first tuple of a row. */
export function rowText(fields: readonly Field[], row: Row): string {
  const value: Value = (field) => row[2 * fields.indexOf(field)] ?? 0;
  const groups = new Set(fields.map((field) => field.replace(/\.\d+$/, "")));
  return [...groups].map((group) => part(group, value, fields)).join(" . ");
}

function part(group: string, value: Value, fields: readonly Field[]): string {
  if (group === "in" || group === "out") return nameText(group, value);
  if (group === "source" || group === "destination") {
    const only = fields.filter((field) => field.startsWith(`${group}.`));
    return only.length === 1 ? `${group} class ${value(only[0] as Field)}` : addressText(group, value);
  }
  if (group.startsWith("ether")) return macText(value(group));
  return group === "protocol"
    ? protocolText(value(group))
    : String(value(fields.find((each) => each.startsWith(group)) ?? group));
}

/** A packet in one line. */
export function packetText(value: Value): string {
  const has = (text: string, before: string): string => (text === "" ? "" : `${before}${text}`);
  if (value("family") === ipv4Family) return `IPv4${has(nameText("in", value), " from device ")}`;
  const protocol = value("protocol");
  const ports = protocol === 6 || protocol === 17;
  const from = ports ? `[${addressText("source", value)}]:${value("sourcePort")}` : addressText("source", value);
  const to = ports
    ? `[${addressText("destination", value)}]:${value("destinationPort")}`
    : addressText("destination", value);
  const icmp = protocol === 58 ? ` type ${value("icmpType")} hop limit ${value("hopLimit")}` : "";
  const mac = value("etherDestination");
  return [
    `${protocolText(protocol)}${icmp} ${from} to ${to}`,
    has(nameText("in", value), "in by "),
    has(nameText("out", value), "out by "),
    mac === 0 ? "" : `for ${macText(mac)}`,
    value("state") === 3 ? "" : `${states[value("state")]}`,
    value("dnat") === 1 ? "with its destination translated" : "",
    value("fragment") === 1 ? "a fragment" : "",
  ]
    .filter((text) => text !== "")
    .join(", ");
}
