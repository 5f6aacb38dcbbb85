/** All ends that can be spoken of: tiers that services have, with or without instances, and what is in states besides. */
import { serviceChain, type Service } from "@netwright/api";
import { networkKey, serviceKey, tierEnd, type TierEnd } from "../classes/ends.ts";
import type { Graph } from "../classes/graph.ts";
import { push } from "../classes/network.ts";

export interface Catalogue {
  /** By `PROJECT/SERVICE`. */
  readonly services: ReadonlyMap<string, Service>;
  /** By `PROJECT/SERVICE`. */
  readonly ofService: ReadonlyMap<string, readonly TierEnd[]>;
  /** By `PROJECT/NETWORK`. */
  readonly ofNetwork: ReadonlyMap<string, readonly TierEnd[]>;
  readonly all: readonly TierEnd[];
  /** Load balancers, which packets pass and which have no address of their own, by `PROJECT/SERVICE`. */
  readonly balancers: ReadonlyMap<string, TierEnd>;
}

export const balancerTier = "lb";

export function catalogueOf(graph: Graph, services: readonly Service[]): Catalogue {
  const ends = new Map<string, TierEnd>();
  const balancers = new Map<string, TierEnd>();
  for (const service of services)
    for (const end of declared(service)) {
      if (end.tier === balancerTier) balancers.set(serviceKey(end), end);
      else ends.set(end.key, end);
    }
  for (const network of graph.networks.values()) for (const [key, end] of network.ends) ends.set(key, end);
  const [ofService, ofNetwork] = [new Map<string, TierEnd[]>(), new Map<string, TierEnd[]>()];
  for (const end of ends.values()) {
    push(ofService, serviceKey(end), end);
    push(ofNetwork, networkKey(end), end);
  }
  return {
    services: new Map(services.map((service) => [keyOf(service), service])),
    ofService,
    ofNetwork,
    all: [...ends.values()],
    balancers,
  };
}

export const keyOf = ({ metadata: { project, name } }: Service): string => serviceKey({ project, service: name });

const known = new WeakMap<Service, readonly TierEnd[]>();

/** Tiers of a service as it says itself, the load balancer among them. */
export function declared(service: Service): readonly TierEnd[] {
  const { project, name } = service.metadata;
  const made =
    known.get(service) ??
    serviceChain(service).map((tier) =>
      tierEnd({ project, network: service.spec.network, service: name, tier: tier.name }),
    );
  known.set(service, made);
  return made;
}
