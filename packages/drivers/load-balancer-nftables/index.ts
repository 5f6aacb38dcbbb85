/** Slot `loadBalancer`: consistent hashing in nftables, without NAT and without state. */
import type { Driver } from "@netwright/contract";
import { describeScript, type NftChange } from "../nftables/kernel.ts";
import { applyBalancers } from "./apply.ts";
import { observeBalancers, type BalancerHave } from "./observe.ts";
import { planBalancers } from "./plan.ts";
import { probeBalancer } from "./probe.ts";
import { wantBalancers, type BalancerWant } from "./want.ts";

export { NftListenerMeter } from "./usage.ts";

export const loadBalancerNftables: Driver<readonly BalancerWant[], BalancerHave, NftChange> = {
  slot: "loadBalancer",
  name: "nftables",
  probe: probeBalancer,
  want: wantBalancers,
  observe: observeBalancers,
  plan: planBalancers,
  apply: applyBalancers,
  describe: describeScript,
};
