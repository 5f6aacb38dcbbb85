/** The difference, one transaction per namespace and half; a namespace forwards only once its rules are there. Pure. */
import type { Plan } from "@netwright/contract";
import type { NftChange } from "../nftables/kernel.ts";
import { planTable } from "../nftables/plan-table.ts";
import type { FirewallHave } from "./observe.ts";
import type { FirewallWant } from "./want.ts";

export type FirewallChange =
  | ({ readonly kind: "Rules" } & NftChange)
  | { readonly kind: "Forward"; readonly netns: string };

export function planFirewall(want: readonly FirewallWant[], have: FirewallHave): Plan<FirewallChange> {
  const plans = want.map(({ netns, table }) => ({ netns, ...planTable(table, have.get(netns)?.table) }));
  const half = (which: "install" | "retire"): readonly FirewallChange[] =>
    plans
      .filter((plan) => plan[which] !== "")
      .map((plan) => ({ kind: "Rules", netns: plan.netns, script: plan[which] }));
  const closed = want.flatMap(({ netns }): readonly FirewallChange[] =>
    netns === null || have.get(netns)?.forwarding === true ? [] : [{ kind: "Forward", netns }],
  );
  return { install: [...half("install"), ...closed], retire: half("retire") };
}
