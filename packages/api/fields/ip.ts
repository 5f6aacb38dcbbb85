/** Addresses, prefixes and routes of either family, for labs: a lab's own links may speak IPv4. */
import {
  NetwrightError,
  parseInterfaceAddress,
  parseIpAddress,
  parseIpPrefix,
  parseMac,
  type InterfaceAddress,
  type IpAddress,
  type IpPrefix,
  type Mac,
} from "@netwright/base";
import { textField, textOrListField } from "./text-field.ts";

const itself = <T>(value: T): T => value;

export const ipAddressField = (description: string) =>
  textField<IpAddress>({ description, examples: ["10.0.1.1", "2001:db8::1"] }, parseIpAddress, itself);

export const gatewayField = (description: string) =>
  textOrListField<IpAddress>({ description, examples: ["10.0.1.1", "2001:db8::1"] }, parseIpAddress, itself);

export const interfaceAddressField = (description: string) =>
  textField<InterfaceAddress>(
    { description, examples: ["10.0.1.1/24", "2001:db8::1/64"] },
    parseInterfaceAddress,
    itself,
  );

export const macField = (description: string) =>
  textField<Mac>({ description, examples: ["02:00:00:00:00:01"] }, parseMac, itself);

export type RouteTarget = IpPrefix | "default";

export const routeTargetField = (description: string) =>
  textField<RouteTarget>(
    { description, examples: ["10.0.2.0/24", "default"] },
    (text) => (text === "default" ? text : parseIpPrefix(text)),
    itself,
  );

/**
 * A kernel setting of a network namespace, as sysctl(8) writes it: with dots, or with slashes where a device's name has
 * dots. @throws NW1203 for what would reach beyond it
 */
export function parseNetworkSysctl(text: string): string {
  const separator = text.startsWith("net/") ? "/" : ".";
  const parts = text.split(separator);
  const sound = parts.every((part) => /^[A-Za-z0-9_.@-]+$/.test(part) && part !== "." && part !== "..");
  if (parts[0] === "net" && parts.length > 2 && sound) return text;
  throw new NetwrightError("NW1203", `${JSON.stringify(text)} is not a setting of a node's network`, {
    hint: "settings under net alone belong to a node, for example net.ipv4.tcp_syncookies",
  });
}
