/** Names inside a network: of each tier with workloads, and of the service for its first one. Pure. */
import type { Ipv6 } from "@netwright/base";
import type { NetworkName } from "@netwright/contract";
import { byText } from "./order.ts";
import { readyMembers } from "./ready-members.ts";
import type { ServiceContext, TierView } from "./service-plan.ts";

/** The same instances that a load balancer would pick. By name. */
export function namesOf(
  { observed }: ServiceContext,
  service: string,
  tiers: readonly TierView[],
): readonly NetworkName[] {
  const named = tiers
    .filter(({ tier }) => tier.role === "Workload")
    .map(({ tier, instances }) => ({
      name: `${tier.name}.${service}`,
      addresses: addressesOf(readyMembers(instances, observed)),
    }));
  const [first] = named;
  const entry = first === undefined ? [] : [{ name: service, addresses: first.addresses }];
  return [...entry, ...named].toSorted((a, b) => byText(a.name, b.name));
}

const addressesOf = (instances: readonly { readonly address: Ipv6 | null }[]): readonly Ipv6[] =>
  instances.flatMap(({ address }) => address ?? []).toSorted(byText);
