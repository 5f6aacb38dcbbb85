/** Which class may open connections to which: where tiers lead on, and what `allow` says. */
import type { ChainTier, Service } from "@netwright/api";
import type { ClassId, Origin, PolicyEntry, Protocol } from "@netwright/contract";
import { originOf, type Applied } from "../objects.ts";
import type { ServiceContext, TierView } from "./service-plan.ts";
import type { Way } from "./ways.ts";

export function policyOf(
  context: ServiceContext,
  service: Applied<Service>,
  tiers: readonly TierView[],
  ways: readonly Way[],
): readonly PolicyEntry[] {
  return [...chainRules(context, service, ways), ...allowRules(context, service, tiers)];
}

/** From each tier to where it leads on, at every port that an instance of that one listens on. */
function* chainRules(
  { ledger }: ServiceContext,
  service: Applied<Service>,
  ways: readonly Way[],
): Generator<PolicyEntry> {
  for (const [{ class: from, tier }, target] of ways.flatMap((way) => way.open.map((to) => [way.from, to] as const))) {
    const to = target.class;
    if (from === undefined || to === undefined) continue;
    // While a workload is replaced, instances with the old port and with the new one serve side by side.
    const ports = new Set([
      ...ownPort(target.tier),
      ...target.instances.flatMap((instance) => ledger.template(instance)?.port ?? []),
    ]);
    const isThere = ways.some((way) => way.from.tier.name === target.tier.name);
    const origin = originOf(service, isThere ? target.tier.field : tier.field);
    for (const port of ports) yield entry(from, to, "tcp", port, origin);
  }
}

const ownPort = (tier: ChainTier): number[] => (tier.role === "Workload" ? [tier.tier.workload.port] : []);

/** Rules inside one network; `reconcile` refuses others. */
function* allowRules(
  { ledger }: ServiceContext,
  service: Applied<Service>,
  tiers: readonly TierView[],
): Generator<PolicyEntry> {
  const { metadata, spec } = service.object;
  for (const [index, rule] of service.object.spec.allow.entries()) {
    const from = ledger.class(rule.from.project, rule.from.service, rule.from.tier);
    const to = tiers.find(({ tier }) => tier.name === rule.to)?.class;
    if (from === undefined || to === undefined) continue;
    if (from.project !== metadata.project || from.network !== spec.network) continue;
    yield entry(
      from.id,
      to,
      rule.protocol === "UDP" ? "udp" : "tcp",
      rule.port,
      originOf(service, ["spec", "allow", index]),
    );
  }
}

const entry = (from: ClassId, to: ClassId, protocol: Protocol, port: number, origin: Origin): PolicyEntry => ({
  from,
  to,
  protocol,
  port,
  origin,
});
