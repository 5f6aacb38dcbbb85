/**
 * To which tier each tier of a service leads on. Another one takes its place in three steps, each of which may take as long
 * as it needs: rules for it, requests to it once it serves and the rules are everywhere, and no rules for the one before.
 */
import { serviceChain, type ChainTier, type Service } from "@netwright/api";
import type { Instant, Milliseconds } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry, Lead, LeadsEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Observed } from "../observed.ts";
import { drainTimeOf } from "./drain-time.ts";
import type { Ending } from "./explanation.ts";
import { isReady } from "./ready.ts";
import { isLost } from "./standing.ts";

export interface LeadsInput extends Ending {
  readonly observed: Observed;
  readonly drainTimeout: Milliseconds;
  /** Of a plan: what is open by then is over. */
  readonly isForeseen: boolean;
}

/** What there is to decide about. */
interface Scene extends LeadsInput {
  readonly service: Service;
  /** In the service's network: those elsewhere are nowhere that its tiers could lead to. */
  readonly instances: readonly InstanceEntry[];
}

export function followLeads(input: LeadsInput, service: Service): void {
  const { draft } = input;
  const { project, name } = service.metadata;
  const key = ledgerKeys.leads(project, name);
  const known = draft.get("Leads", key)?.leads ?? {};
  const instances = draft.instancesOf(project, name).filter(({ network }) => network === service.spec.network);
  const scene: Scene = { ...input, service, instances };
  const tiers = serviceChain(service).filter(({ role }) => role !== "LoadBalancer");
  const leads = tiers.flatMap((tier, index): [string, Lead][] => {
    const [before, wanted] = [known[tier.name], tiers[index + 1]];
    if (before === undefined && wanted === undefined) return [];
    return [[tier.name, leadAfter(scene, tier, wanted, before)]];
  });
  const after: LeadsEntry["leads"] = Object.fromEntries(leads);
  if (JSON.stringify(after) === JSON.stringify(known)) return;
  if (leads.length === 0) draft.delete(key);
  else draft.put(key, { kind: "Leads", project, service: name, leads: after });
}

function leadAfter(scene: Scene, tier: ChainTier, wanted: ChainTier | undefined, before: Lead | undefined): Lead {
  const to = wanted?.name ?? null;
  if (before === undefined) return { to };
  const former = (before.former ?? []).filter((each) => each.to !== to && isKept(scene, tier, each));
  if (before.to === to) return leadOf(to, undefined, former);
  if (before.to === null || !scene.instances.some(({ tier: own, phase }) => own === before.to && phase === "Run"))
    return leadOf(to, undefined, former);
  // Rules for what is new are in the states of this step at the earliest.
  if (wanted !== undefined && (before.next !== to || !isOpen(scene, wanted)))
    return leadOf(before.to, wanted.name, former);
  explainSwitch(scene, tier, to, before.to);
  return leadOf(to, undefined, [...former, { to: before.to, until: endOf(scene, before.to) }]);
}

const leadOf = (to: Lead["to"], next: string | undefined, former: NonNullable<Lead["former"]>): Lead => ({
  to,
  ...(next === undefined ? {} : { next }),
  ...(former.length === 0 ? {} : { former }),
});

/** True when what is there of the tier serves, and every host that has a part in it lets its requests pass. */
function isOpen({ observed, instances }: Scene, { name, replicas }: ChainTier): boolean {
  const isHeard = ({ host }: InstanceEntry): boolean => observed.nodes.get(host)?.ready !== false;
  const serving = instances.filter((each) => each.tier === name && each.phase === "Run" && isHeard(each));
  if (serving.length === 0 && replicas > 0) return false;
  return (
    serving.every((each) => isReady(observed, each)) &&
    instances.filter(isHeard).every(({ host }) => observed.nodes.get(host)?.inForce === true)
  );
}

/** Of a tier that was removed, its instances have their own time for draining, and rules for as long as they are there. */
function endOf({ service, now, drainTimeout }: Scene, tier: string): Instant {
  const isThere = service.spec.tiers.some(({ name }) => name === tier);
  return (now + (isThere ? drainTimeOf(service, tier, drainTimeout) : 0)) as Instant;
}

function isKept(scene: Scene, tier: ChainTier, { to, until }: NonNullable<Lead["former"]>[number]): boolean {
  if (!scene.instances.some((each) => each.tier === to)) return false;
  return (
    (scene.now < until && !scene.isForeseen) ||
    scene.instances.some((each) => each.tier === tier.name && mayUse(scene, each))
  );
}

/** Proxies that were not told yet, and workloads that were made for the way that was. */
function mayUse(scene: Scene, { project, service, tier, role, host, template, phase }: InstanceEntry): boolean {
  const { draft, observed } = scene;
  if (role === "Proxy") return observed.nodes.get(host)?.inForce !== true && !isLost(scene, host);
  const target = draft.get("TierRollout", ledgerKeys.tierRollout(project, service, tier))?.target;
  return phase === "Drain" || template !== target;
}

function explainSwitch({ service, explain }: Scene, { name: tier }: ChainTier, to: Lead["to"], before: string): void {
  const { project, name } = service.metadata;
  const reason =
    to === null
      ? `${tier} leads on to no tier, no longer to ${before}`
      : `${tier} leads to ${to}, no longer to ${before}`;
  explain({ project, service: name, tier, instance: `${name}-${tier}`, action: "Switch", host: null, reason });
}

/** True while what a tier leads to is to change: what its new instances run is made for what is not open yet. */
export const awaitsLead = (draft: Draft, project: string, service: string, tier: string): boolean =>
  draft.get("Leads", ledgerKeys.leads(project, service))?.leads[tier]?.next !== undefined;

/** Tiers that something of the service leads to, or may still: whatever takes their place, they are needed. */
export function ledTo(draft: Draft, { project, name }: Service["metadata"]): Set<string | null> {
  const leads = Object.values(draft.get("Leads", ledgerKeys.leads(project, name))?.leads ?? {});
  return new Set(leads.flatMap(({ to, former = [] }) => [to, ...former.map((each) => each.to)]));
}

/** Between two looks at what is no news: that a state is in force. */
const lookInterval = 1000;

/** When time alone may change something about them. */
export function* leadMoments({ leads }: LeadsEntry, now: Instant): Generator<number> {
  for (const { next, former = [] } of Object.values(leads)) {
    if (next !== undefined) yield now + lookInterval;
    for (const { until } of former) yield until > now ? until : now + lookInterval;
  }
}
