/** The difference, one transaction per namespace and half. Pure. */
import { withoutHosts, type Plan } from "@netwright/contract";
import type { NftChange } from "../nftables/kernel.ts";
import type { RemovePrograms } from "../load-balancer-ebpf/remove-programs.ts";
import { planTable, type TablePlan } from "../nftables/plan-table.ts";
import type { BalancerHave } from "./observe.ts";
import { balancerTable } from "./render.ts";
import type { BalancerWant } from "./want.ts";

export type BalancersChange = NftChange | RemovePrograms;

export function planBalancers(want: readonly BalancerWant[], have: BalancerHave): Plan<BalancersChange> {
  const plans = want.map((one) => ({ netns: one.netns, ...planNetwork(one, have) }));
  const half = (which: "install" | "retire"): readonly NftChange[] =>
    plans.filter((plan) => plan[which] !== "").map((plan) => ({ netns: plan.netns, script: plan[which] }));
  // The other driver serves until the tables are there.
  const removal: readonly BalancersChange[] = have.isOthersThere
    ? [{ removeFrom: want.map(({ netns }) => netns) }]
    : [];
  return { install: [...half("install"), ...removal], retire: half("retire") };
}

function planNetwork({ netns, network, table, told }: BalancerWant, { tables, unreachable }: BalancerHave): TablePlan {
  const gone = new Set(told.map(({ hostId }) => hostId).filter((hostId) => unreachable.has(hostId)));
  if (gone.size === 0) return planTable(table, tables.get(netns));
  const { install, retire } = planTable(balancerTable(withoutHosts(network, gone)), tables.get(netns));
  // At once: a member that is not reachable any more while slots still lead to it would mean refused connections.
  return { install: install + retire, retire: "" };
}
