/** What a host's firewall lets through for one network: between tiers, and from outside to a listener's member. Pure. */
import type { NetworkState } from "@netwright/contract";

/** One key per rule; equal rules of several hosts have equal keys. */
export function allowedFlows({ policy, deliveries }: Pick<NetworkState, "policy" | "deliveries">): readonly string[] {
  return [
    ...policy.map(({ from, to, protocol, port }) => `${from} ${to} ${protocol}/${port}`),
    ...deliveries.map(({ vip, protocol, port, instance }) => `${vip} ${instance} ${protocol}/${port}`),
  ];
}
