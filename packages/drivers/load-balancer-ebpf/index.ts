/** Slot `loadBalancer`: consistent hashing by programs in the kernel, without NAT and without state. */
import type { LoadBalancerDriver } from "../load-balancer.ts";
import { applyBalancer } from "./apply.ts";
import { describeChange, type BalancerChange } from "./change.ts";
import { observeBalancer, type BalancerHave } from "./observe.ts";
import { planBalancer } from "./plan.ts";
import { probeBalancer } from "./probe.ts";
import { wantBalancer, type BalancerWant } from "./want.ts";

export const loadBalancerEbpf: LoadBalancerDriver<BalancerWant, BalancerHave, BalancerChange> = {
  slot: "loadBalancer",
  name: "ebpf",
  capabilities: { keepsFlowsAcrossHosts: true },
  probe: probeBalancer,
  want: wantBalancer,
  observe: observeBalancer,
  plan: planBalancer,
  apply: applyBalancer,
  describe: describeChange,
};
