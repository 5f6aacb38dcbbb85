/** What is derived from one network, and kept with it: a network that did not change is not looked at again. */
import { push } from "./maps.ts";
import type { LoadBalancer } from "@netwright/contract";
import type { Ipv6 } from "@netwright/base";
import { pointKey, type PublicPoint, type Standing } from "./arrivals.ts";
import { serviceKey, type TierEnd } from "./ends.ts";
import type { Edge } from "./edge.ts";
import { localsOf, type Local, type Network } from "./network.ts";
import { policyEdges } from "./policy-edges.ts";

/** Between tiers of the network, by key of the end that they lead to. */
export const edgesInto = kept((network): ReadonlyMap<string, readonly Edge[]> => {
  const into = new Map<string, Edge[]>();
  for (const edge of policyEdges(network)) push(into, edge.to.key, edge);
  return into;
});

/** Listeners that stand here, with the keys of their points. */
export const pointsIn = kept(
  (network): readonly { readonly key: string; readonly listener: LoadBalancer; readonly local: Local }[] =>
    [...localsOf(network)].flatMap((local) =>
      local.state.loadBalancers.map((listener) => ({ key: pointKey(listener), listener, local })),
    ),
);

/** The same, by what is asked for. */
export const listenersOf = kept((network) => {
  const byPoint = new Map<string, Standing[]>();
  const byService = new Map<string, PublicPoint[]>();
  const addresses = new Set<Ipv6>();
  for (const { key, listener, local } of pointsIn(network)) {
    if (!byPoint.has(key))
      push(byService, serviceKey({ project: network.project, service: listener.service }), listener);
    push(byPoint, key, { local, listener });
    addresses.add(listener.vip);
  }
  return { byPoint, byService, addresses };
});

/** Keys of points at which instances of an end are delivered to. */
export const deliveredTo = kept((network): ReadonlyMap<string, ReadonlySet<string>> => {
  const keys = new Map<string, Set<string>>();
  for (const [end, cells] of network.cells) {
    for (const { local, instances } of cells) {
      if (local.state.deliveries.length === 0) continue;
      const addresses = new Set(instances.map(({ address }) => address));
      for (const delivery of local.state.deliveries)
        if (addresses.has(delivery.address)) keys.set(end, (keys.get(end) ?? new Set()).add(pointKey(delivery)));
    }
  }
  return keys;
});

export interface Sender {
  readonly end: TierEnd;
  /** `tcp 443`: where its rules for egress lead. */
  readonly ports: Set<string>;
}

/** Who may leave the site, by key. */
export const sendersOf = kept((network): ReadonlyMap<string, Sender> => {
  const senders = new Map<string, Sender>();
  for (const cells of network.cells.values())
    for (const { end, local, class: cls } of cells)
      for (const { from, protocol, port } of local.state.egress ?? []) {
        if (from !== cls) continue;
        const sender = senders.get(end.key) ?? { end, ports: new Set<string>() };
        senders.set(end.key, sender);
        sender.ports.add(`${protocol} ${port}`);
      }
  return senders;
});

/** Made once for a network. */
export function kept<T>(make: (network: Network) => T): (network: Network) => T {
  const known = new WeakMap<Network, T>();
  return (network) => {
    const made = known.has(network) ? (known.get(network) as T) : make(network);
    known.set(network, made);
    return made;
  };
}
