/** Facts about namespaces, in one wording for what is wanted and what is found. */
import type { Mac } from "@netwright/base";
import type { Fact } from "./difference.ts";

export interface LinkFact {
  readonly name: string;
  readonly kind: string;
  readonly mac: string;
  readonly mtu: number;
  readonly isUp: boolean;
  /** Index of the other end of a veth, in its own namespace. */
  readonly peer?: number | undefined;
  readonly tunnel?: string | undefined;
}

export const linkFact = ({ name, kind, mac, mtu, isUp, peer, tunnel }: LinkFact): Fact => ({
  kind: "Link",
  entry: name,
  value: [
    `${kind} ${mac} mtu ${mtu} ${isUp ? "up" : "down"}`,
    ...(peer === undefined ? [] : [`other end ${peer}`]),
    ...(tunnel === undefined ? [] : [tunnel]),
  ].join(" "),
  packet: `any packet by ${name}`,
});

export const tunnelText = (vni: number, local: string, port: number, learning: boolean): string =>
  `VNI ${vni} from ${local} port ${port}${learning ? " learning" : ""}`;

export interface RouteFact {
  readonly type: string;
  readonly table: string;
  readonly destination: string;
  readonly device: string;
  readonly via: string;
  readonly metric: number;
}

/** Of several routes to one destination that of the smallest metric counts, so each is one of its own. */
export const routeFact = ({ type, table, destination, device, via, metric }: RouteFact): Fact => ({
  kind: "Route",
  entry: `${destination} table ${table} metric ${metric}${isLinks(destination) ? ` dev ${device}` : ""}`,
  value: `${type}${via === "" ? "" : ` via ${via}`} dev ${device}`,
  packet: `to ${destination === "::/0" ? "2001:db8:f::1" : destination.replace(/\/\d+$/, "")}`,
});

/** Every link has its own: they are not in each other's way. */
const isLinks = (destination: string): boolean => destination.startsWith("fe80:");

export const neighbourFact = (device: string, address: string, mac: string): Fact => ({
  kind: "Neighbour",
  entry: `${address} dev ${device}`,
  value: mac,
  packet: `sent to ${address} by ${device}`,
});

export const forwardingFact = (device: string, mac: Mac | string, way: string): Fact => ({
  kind: "Forwarding",
  entry: `${mac} dev ${device}`,
  value: way,
  packet: `a frame for ${mac} by ${device}`,
});

export const settingFact = (path: string, value: string): Fact => ({
  kind: "Setting",
  entry: path,
  value,
  packet: "any packet that is passed on",
});

export const routingRuleFact = (priority: number, value: string): Fact => ({
  kind: "RoutingRule",
  entry: `priority ${priority}`,
  value,
  packet: "any packet",
});
