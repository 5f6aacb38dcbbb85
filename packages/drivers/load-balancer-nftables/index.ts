/** Slot `loadBalancer`: consistent hashing in nftables, without NAT and without state. */
import type { LoadBalancerDriver } from "../load-balancer.ts";
import { applyBalancers, describeBalancers } from "./apply.ts";
import { observeBalancers, type BalancerHave } from "./observe.ts";
import { planBalancers, type BalancersChange } from "./plan.ts";
import { probeBalancer } from "./probe.ts";
import { wantBalancers, type BalancerWant } from "./want.ts";

export const loadBalancerNftables: LoadBalancerDriver<readonly BalancerWant[], BalancerHave, BalancersChange> = {
  slot: "loadBalancer",
  name: "nftables",
  capabilities: { keepsFlowsAcrossHosts: false },
  probe: probeBalancer,
  want: wantBalancers,
  observe: observeBalancers,
  plan: planBalancers,
  apply: applyBalancers,
  describe: describeBalancers,
};
