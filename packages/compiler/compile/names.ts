/** Names inside a network: of each tier with workloads, and of the service for the one that it begins with. Pure. */
import type { Ipv6 } from "@netwright/base";
import type { NetworkName } from "@netwright/contract";
import { byText } from "./order.ts";
import { readyMembers } from "./ready-members.ts";
import type { ServiceContext, TierView } from "./service-plan.ts";

/**
 * The same instances that a load balancer would pick. By name.
 * @param front where proxies lead; undefined where there are none
 */
export function namesOf(
  { observed }: ServiceContext,
  service: string,
  tiers: readonly TierView[],
  front: TierView | undefined,
): readonly NetworkName[] {
  const addressesIn = ({ instances }: TierView) => addressesOf(readyMembers(instances, observed));
  const workloads = tiers.filter(({ tier }) => tier.role === "Workload");
  const named = workloads.map((view) => ({ name: `${view.tier.name}.${service}`, addresses: addressesIn(view) }));
  const first = front ?? workloads[0];
  const entry = first === undefined ? [] : [{ name: service, addresses: addressesIn(first) }];
  return [...entry, ...named].toSorted((a, b) => byText(a.name, b.name));
}

const addressesOf = (instances: readonly { readonly address: Ipv6 | null }[]): readonly Ipv6[] =>
  instances.flatMap(({ address }) => address ?? []).toSorted(byText);
