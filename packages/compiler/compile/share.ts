/** Keeps the parts of a new plan that equal the old ones the same values, so that later steps see at a glance what changed. */
import { equal } from "@netwright/base";
import type { HostSlice, ServicePlan } from "./service-plan.ts";

export function keepShared(before: ServicePlan | undefined, after: ServicePlan): ServicePlan {
  if (before === undefined) return after;
  const slices = new Map<string, HostSlice>();
  for (const [host, slice] of after.slices) {
    const old = before.slices.get(host);
    slices.set(host, old !== undefined && equal(old, slice) ? old : slice);
  }
  return {
    ...after,
    slices,
    policy: equal(before.policy, after.policy) ? before.policy : after.policy,
    names: equal(before.names, after.names) ? before.names : after.names,
  };
}
