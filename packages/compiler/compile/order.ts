/** The orders that HostState asks for. */
import type { Delivery, EgressEntry, ListenerKey, PolicyEntry } from "@netwright/contract";

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const byListener = (a: ListenerKey, b: ListenerKey): number =>
  byText(a.vip, b.vip) || byText(a.protocol, b.protocol) || a.port - b.port;

export const byDelivery = (a: Delivery, b: Delivery): number => byListener(a, b) || byText(a.instance, b.instance);

export const byEgress = (a: EgressEntry, b: EgressEntry): number =>
  a.from - b.from || byText(a.to, b.to) || byText(a.protocol, b.protocol) || a.port - b.port;

export const byFlow = (a: PolicyEntry, b: PolicyEntry): number =>
  a.from - b.from || a.to - b.to || byText(a.protocol, b.protocol) || a.port - b.port;
