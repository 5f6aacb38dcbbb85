/** What drivers of slot `loadBalancer` promise alike stands in `testing/load-balancer-compliance.ts`; here is where they differ. */
import type { Driver } from "@netwright/contract";

export interface BalancerCapabilities {
  /** While members drain, open flows stay with them even when the edges lead them to another load balancer. */
  readonly keepsFlowsAcrossHosts: boolean;
}

export interface LoadBalancerDriver<Want = unknown, Have = unknown, Change = unknown> extends Driver<
  Want,
  Have,
  Change
> {
  readonly slot: "loadBalancer";
  readonly capabilities: BalancerCapabilities;
}
