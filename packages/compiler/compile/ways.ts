/** Where the tiers of a service lead on: to the next in the chain or, for a while, to another one (note 0028). */
import { serviceChain } from "@netwright/api";
import type { LeadsEntry } from "../ledger-entries.ts";
import type { ServiceContext, TierView } from "./service-plan.ts";

/** From one tier with addresses. */
export interface Way {
  readonly from: TierView;
  /** Where its requests go now; undefined: nowhere. */
  readonly to: TierView | undefined;
  /** Where rules let them go: there, where they are to go, and where they went before. */
  readonly open: readonly TierView[];
}

/**
 * @param tiers in the order of the chain
 * @param views the same, and tiers that the service had
 */
export function waysOf(
  tiers: readonly TierView[],
  views: readonly TierView[],
  leads: LeadsEntry["leads"] | undefined,
): readonly Way[] {
  const find = (name: string | null | undefined): TierView | undefined => views.find(({ tier }) => tier.name === name);
  const addressed = tiers.filter(({ tier }) => tier.role !== "LoadBalancer");
  return addressed.map((from, index): Way => {
    const next = find(addressed[index + 1]?.tier.name);
    const { to, former = [] } = leads?.[from.tier.name] ?? {};
    const open = [next, find(to), ...former.map((each) => find(each.to))].filter((view) => view !== undefined);
    return { from, to: find(to) ?? next, open: [...new Set(open)] };
  });
}

/** The tiers, and removed ones that still run: what leads to one may lead to all that runs of it. */
export function withFormer(
  { ledger, objects }: ServiceContext,
  key: string,
  network: string,
  tiers: readonly TierView[],
): readonly TierView[] {
  const left = [...ledger.allInstancesOf(key).values()].filter(
    ({ former, phase, ...each }) =>
      former !== undefined && phase === "Run" && each.network === network && objects.hosts.has(each.host),
  );
  if (left.length === 0) return tiers;
  const byTier = Map.groupBy(left, ({ tier }) => tier);
  const present = tiers.map((view) => ({
    ...view,
    instances: [...view.instances, ...(byTier.get(view.tier.name) ?? [])],
  }));
  for (const { tier } of tiers) byTier.delete(tier.name);
  const chains = ledger.formersOf(key).flatMap(({ object }) => serviceChain(object));
  const removed = [...byTier].flatMap(([name, instances]): TierView[] => {
    const tier = chains.findLast((each) => each.name === name);
    return tier === undefined ? [] : [{ tier, class: instances[0]?.class, instances }];
  });
  return [...present, ...removed];
}
