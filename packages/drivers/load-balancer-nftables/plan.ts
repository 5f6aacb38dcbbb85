/** The difference, one transaction per namespace and half. Pure. */
import type { Plan } from "@netwright/contract";
import type { NftChange } from "../nftables/kernel.ts";
import { planTable } from "../nftables/plan-table.ts";
import type { BalancerHave } from "./observe.ts";
import type { BalancerWant } from "./want.ts";

export function planBalancers(want: readonly BalancerWant[], have: BalancerHave): Plan<NftChange> {
  const plans = want.map(({ netns, table }) => ({ netns, ...planTable(table, have.get(netns)) }));
  const half = (which: "install" | "retire"): readonly NftChange[] =>
    plans.filter((plan) => plan[which] !== "").map((plan) => ({ netns: plan.netns, script: plan[which] }));
  return { install: half("install"), retire: half("retire") };
}
