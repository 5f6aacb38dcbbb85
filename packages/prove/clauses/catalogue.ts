/** All ends that can be spoken of: tiers that services have, with or without instances, and what is in states besides. */
import { serviceChain, type Service } from "@netwright/api";
import { networkKey, serviceKey, tierEnd, type TierEnd } from "../classes/ends.ts";
import type { Graph } from "../classes/graph.ts";
import { memo, push } from "../classes/maps.ts";
import type { Network } from "../classes/network.ts";
import { kept } from "../classes/network-edges.ts";

/** Looked up when it is asked for: most proofs are about few. */
export interface Catalogue {
  /** By `PROJECT/SERVICE`. */
  readonly services: ReadonlyMap<string, Service>;
  /** By `PROJECT/SERVICE`. */
  readonly ofService: (key: string) => readonly TierEnd[];
  /** By `PROJECT/NETWORK`. */
  readonly ofNetwork: (key: string) => readonly TierEnd[];
  readonly all: () => readonly TierEnd[];
  /** Of a service by `PROJECT/SERVICE`: load balancers are passed by packets and have no address of their own. */
  readonly balancerOf: (key: string) => TierEnd | undefined;
}

export const balancerTier = "lb";

export const keyOf = ({ metadata: { project, name } }: Service): string => serviceKey({ project, service: name });

export function catalogueOf(graph: Graph, services: readonly Service[]): Catalogue {
  const byKey = byKeyOf(services);
  const networks = [...graph.networks.values()];
  const ofService = memo((key: string): readonly TierEnd[] => {
    const service = byKey.get(key);
    return distinct([
      ...(service === undefined ? [] : addressed(service)),
      ...networks.flatMap((network) => endsByService(network).get(key) ?? []),
    ]);
  });
  const all = memo((_: "all") =>
    distinct([...services.flatMap(addressed), ...networks.flatMap(({ ends }) => [...ends.values()])]),
  );
  return {
    services: byKey,
    ofService,
    ofNetwork: memo((key: string) => all("all").filter((end) => networkKey(end) === key)),
    all: () => all("all"),
    balancerOf: (key) => {
      const service = byKey.get(key);
      return service === undefined ? undefined : declared(service).find(({ tier }) => tier === balancerTier);
    },
  };
}

const byKeys = new WeakMap<readonly Service[], ReadonlyMap<string, Service>>();

function byKeyOf(services: readonly Service[]): ReadonlyMap<string, Service> {
  const made = byKeys.get(services) ?? new Map(services.map((service) => [keyOf(service), service]));
  byKeys.set(services, made);
  return made;
}

const distinct = (ends: readonly TierEnd[]): readonly TierEnd[] => [
  ...new Map(ends.map((end) => [end.key, end])).values(),
];

const endsByService = kept((network: Network): ReadonlyMap<string, readonly TierEnd[]> => {
  const found = new Map<string, TierEnd[]>();
  for (const end of network.ends.values()) push(found, serviceKey(end), end);
  return found;
});

const known = new WeakMap<Service, readonly TierEnd[]>();

/** Tiers of a service as it says itself, the load balancer among them. */
function declared(service: Service): readonly TierEnd[] {
  const { project, name } = service.metadata;
  const made =
    known.get(service) ??
    serviceChain(service).map((tier) =>
      tierEnd({ project, network: service.spec.network, service: name, tier: tier.name }),
    );
  known.set(service, made);
  return made;
}

const addressed = (service: Service): readonly TierEnd[] =>
  declared(service).filter(({ tier }) => tier !== balancerTier);
