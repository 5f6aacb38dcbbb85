/** Listeners on a service's public address and the instances behind them. */
import type { Listener, Service } from "@netwright/api";
import type { ListenerKey, Origin } from "@netwright/contract";
import type { InstanceEntry, VipEntry } from "../ledger-entries.ts";
import { originOf, type Applied } from "../objects.ts";
import type { TierView } from "./service-plan.ts";

export interface PlannedListener {
  readonly key: ListenerKey;
  readonly service: string;
  readonly origin: Origin;
  /** Instances with an address behind it, draining ones too, and the port that each listens on. By number. */
  readonly targets: readonly { readonly instance: InstanceEntry; readonly port: number }[];
}

/** The first redirect of several hostnames stands for all: a port of the address has one listener. */
export function listenersOf(
  service: Applied<Service>,
  tiers: readonly TierView[],
  { address: vip }: VipEntry,
  portOf: (instance: InstanceEntry) => number,
  isAsked: (listener: Listener) => boolean,
): readonly PlannedListener[] {
  const found = new Map<string, PlannedListener>();
  const { name } = service.object.metadata;
  for (const [index, listener] of service.object.spec.expose.entries()) {
    const origin = originOf(service, ["spec", "expose", index]);
    const instances = targetTier(listener, tiers)?.instances ?? [];
    for (const port of portsOf(listener, isAsked(listener))) {
      const protocol = listener.protocol === "UDP" ? "udp" : "tcp";
      const targets = instances.map((instance) => ({
        instance,
        port: instance.role === "Proxy" ? port : portOf(instance),
      }));
      const key = `${protocol} ${port}`;
      if (!found.has(key)) found.set(key, { key: { vip, protocol, port }, service: name, origin, targets });
    }
  }
  return [...found.values()].toSorted((a, b) =>
    a.key.protocol === b.key.protocol ? a.key.port - b.key.port : a.key.protocol < b.key.protocol ? -1 : 1,
  );
}

const targetTier = (listener: Listener, tiers: readonly TierView[]): TierView | undefined =>
  tiers.find(({ tier }) => (listener.protocol === "HTTPS" ? tier.role === "Proxy" : tier.name === listener.tier));

/** Plain HTTP, where a proxy answers with a redirect, and certificate authorities with what they ask for. */
export const redirectPort = 80;

const portsOf = (listener: Listener, isAsked: boolean): readonly number[] =>
  listener.protocol === "HTTPS" && (listener.redirectHttp || isAsked)
    ? [...new Set([listener.port, redirectPort])]
    : [listener.port];
