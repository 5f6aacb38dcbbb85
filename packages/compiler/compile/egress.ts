/** What workloads of a service on each host may reach in the internet, and in whose name. Pure. */
import type { Service } from "@netwright/api";
import type { EgressEntry } from "@netwright/contract";
import { originOf, type Applied } from "../objects.ts";
import { byEgress } from "./order.ts";
import type { ServiceContext, TierView } from "./service-plan.ts";

/** By host. An instance whose host has no source address for it waits for one: without, nothing would come back. */
export function egressOf(
  { ledger }: ServiceContext,
  service: Applied<Service>,
  tiers: readonly TierView[],
): ReadonlyMap<string, readonly EgressEntry[]> {
  const { spec } = service.object;
  const found = new Map<string, EgressEntry[]>();
  for (const [index, rule] of (spec.egress ?? []).entries()) {
    const origin = originOf(service, ["spec", "egress", index]);
    const { to, port } = rule;
    const protocol = rule.protocol === "UDP" ? "udp" : "tcp";
    const instances = tiers.find(({ tier }) => tier.name === rule.from)?.instances ?? [];
    for (const [host, instance] of new Map(instances.map((each) => [each.host, each]))) {
      const source = ledger.egressAddress(instance)?.address;
      if (source === undefined) continue;
      const entries = found.get(host) ?? [];
      entries.push({ from: instance.class, source, to, protocol, port, origin });
      found.set(host, entries);
    }
  }
  return new Map([...found].map(([host, entries]) => [host, entries.toSorted(byEgress)]));
}
