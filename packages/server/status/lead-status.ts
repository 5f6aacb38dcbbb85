/** What a tier waits for that is to lead to another one than before (note 0028). Pure. */
import { serviceChain, type ChainTier, type Service } from "@netwright/api";
import { ledgerKeys, type LeadsEntry } from "@netwright/compiler";
import type { Facts } from "./facts.ts";
import type { ServiceInstance } from "./service-status.ts";

function leadsOf({ ledger }: Facts, { metadata: { project, name } }: Service): LeadsEntry["leads"] {
  const entry = ledger.entries.get(ledgerKeys.leads(project, name));
  return entry?.kind === "Leads" ? entry.leads : {};
}

/** Tiers that take part in serving: all but those that nothing leads to yet. */
export function takingPart(facts: Facts, service: Service): readonly ChainTier[] {
  const leads = Object.values(leadsOf(facts, service));
  const isComing = (name: string): boolean =>
    leads.some(({ next }) => next === name) && !leads.some(({ to }) => to === name);
  const isExposed = (name: string): boolean =>
    service.spec.expose.some((each) => each.protocol !== "HTTPS" && each.tier === name);
  return serviceChain(service).filter(({ name }) => isExposed(name) || !isComing(name));
}

/** In words; undefined when every tier leads to the next one. */
export function awaitedLead(facts: Facts, service: Service, instances: readonly ServiceInstance[]): string | undefined {
  const waiting = Object.entries(leadsOf(facts, service)).find(([, { next }]) => next !== undefined);
  if (waiting === undefined) return undefined;
  const [tier, { to, next }] = waiting;
  const coming = instances.filter(({ entry: each }) => each.tier === next && each.phase === "Run");
  const ready = coming.filter(({ phase }) => phase === "Ready");
  const what =
    ready.length < coming.length || ready.length === 0
      ? `${ready.length} of its ${coming.length} instances are ready`
      : "its rules come into force";
  return `${tier} leads to ${to} until ${next} can take over: ${what}`;
}
