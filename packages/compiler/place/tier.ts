/** One tier of one service: as many instances as asked for, of the template asked for, one step further. */
import { type ChainTier, type Host, type Service } from "@netwright/api";
import { type Diagnostic, type Instant } from "@netwright/base";
import { workloadAddress } from "@netwright/contract";
import type { Draft } from "../draft.ts";
import { ledgerKeys, type ClassEntry, type InstanceEntry, type NetworkEntry, type TemplateEntry } from "../ledger.ts";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import { chooseHost, type Choice } from "./choose-host.ts";
import { demandOf, noDemand, type Demand } from "./demand.ts";
import { drain, remove, type Explanation } from "./explanation.ts";
import { formerInstances } from "./former.ts";
import { isAnnounced, isReady } from "./ready.ts";
import { evacuationEnd, type Standing } from "./standing.ts";
import { victims } from "./victims.ts";

/** Invariant of workloadMac: numbers stay below 2^24. */
const maxNumber = 0xff_ffff;

export interface TierWork {
  readonly objects: ObjectSet;
  readonly draft: Draft;
  readonly observed: Observed;
  readonly now: Instant;
  /** By number. */
  readonly hosts: readonly Host[];
  readonly standing: (host: string) => Standing;
  readonly service: Applied<Service>;
  readonly network: NetworkEntry;
  readonly tier: ChainTier;
  /** Undefined for load balancers and proxies. */
  readonly template: TemplateEntry | undefined;
  readonly companions: Demand;
  readonly explain: (explanation: Explanation) => void;
}

/** Places what lacks, drains what is too much, and replaces what cannot stay: new ones first. */
export function* reconcileTier(work: TierWork): Generator<Diagnostic> {
  const { tier, observed } = work;
  for (const victim of victims(fresh(work), fresh(work).length - tier.replicas, observed))
    drain(work, victim, `${tier.name} has ${tier.replicas} ${tier.replicas === 1 ? "replica" : "replicas"} now`);
  for (let missing = tier.replicas - fresh(work).length; missing > 0; missing--) {
    const choice = place(work);
    if (choice?.host !== undefined) continue;
    yield* choice === undefined ? noNumber(work) : noRoom(work, choice, missing);
    break;
  }
  replace(work);
}

/** Instances that may stay as they are. */
function fresh(work: TierWork): InstanceEntry[] {
  return running(work).filter((instance) => whyNotStay(work, instance) === undefined);
}

function whyNotStay({ standing, template }: TierWork, instance: InstanceEntry): string | undefined {
  const stands = standing(instance.host);
  if (stands.kind !== "Stays") return stands.reason;
  return instance.template === (template?.hash ?? "") ? undefined : "replaced: its workload changed";
}

/** What cannot stay goes as soon as others do its work. Nothing can be drained on a host that is lost. */
function replace(work: TierWork): void {
  const { draft, now, observed, standing, tier } = work;
  const stale = running(work).filter((instance) => whyNotStay(work, instance) !== undefined);
  if (stale.length === 0) return;
  const kept = tier.replicas - fresh(work).filter((instance) => serves(work, instance)).length;
  const going = new Set(victims(stale, stale.length - Math.max(0, kept), observed));
  for (const instance of stale) {
    const { host } = instance;
    const { kind } = standing(host);
    if (!going.has(instance) && !(kind === "Leaving" && now >= evacuationEnd(draft, host))) continue;
    const reason = whyNotStay(work, instance) ?? "";
    if (kind === "Lost") remove(work, instance, `${reason}; others do its work`);
    else drain(work, instance, reason);
  }
}

/** A load balancer is worth as much as another once the edges lead to it, or when they lead to none. */
function serves(work: TierWork, instance: InstanceEntry): boolean {
  const { draft, observed, service } = work;
  if (!isReady(observed, instance)) return false;
  const { project, name } = service.object.metadata;
  const vip = draft.get("Vip", ledgerKeys.vip(project, name));
  if (instance.role !== "LoadBalancer" || vip === undefined) return true;
  const told = running(work).map(({ host }) => isAnnounced(observed, host, vip.address));
  return isAnnounced(observed, instance.host, vip.address) === true || told.every((each) => each === false);
}

/** True when as many as asked for do their work. */
export const isServing = (work: TierWork): boolean =>
  fresh(work).filter((instance) => serves(work, instance)).length >= work.tier.replicas;

/** A tier without a class was complained about when classes were given out. */
function* noNumber({ draft, service, tier }: TierWork): Generator<Diagnostic> {
  const { project, name } = service.object.metadata;
  const counter = draft.get("Counter", ledgerKeys.instanceCounter(project, name, tier.name));
  if ((counter?.next ?? 0) <= maxNumber) return;
  yield diagnose(
    "NW1403",
    service,
    tier.field,
    `tier ${tier.name} has used all ${maxNumber} instance numbers`,
    "rename the tier",
  );
}

function running({ draft, service, tier }: TierWork): InstanceEntry[] {
  const { project, name } = service.object.metadata;
  return draft
    .instancesOf(project, name)
    .filter((each) => each.tier === tier.name && each.phase === "Run" && each.former === undefined)
    .toSorted((a, b) => a.number - b.number);
}

/** @returns undefined when the tier cannot have one more for lack of numbers. */
function place(work: TierWork): Choice | undefined {
  const { draft, hosts, observed, service, network, tier, template, companions } = work;
  const { project, name } = service.object.metadata;
  const cls = draft.get("Class", ledgerKeys.class(project, name, tier.name));
  if (cls === undefined && tier.role !== "LoadBalancer") return undefined;
  const demand = tier.role === "LoadBalancer" ? noDemand : demandOf(template);
  const { role, replicas, spread } = tier;
  const wanted = {
    project,
    service: name,
    tier: tier.name,
    role,
    replicas,
    spread,
    demand,
    companions,
    template: template?.hash ?? "",
  };
  const choice = chooseHost(hosts, draft, observed, wanted);
  if (choice.host === undefined) return choice;
  const counter = ledgerKeys.instanceCounter(project, name, tier.name);
  if ((draft.get("Counter", counter)?.next ?? 1) > maxNumber) return undefined;
  const number = draft.count(counter);
  const instance = newInstance(work, choice.host, network, cls, number);
  if (template !== undefined) draft.put(ledgerKeys.template(project, name, tier.name, template.hash), template);
  draft.put(ledgerKeys.instance(project, instance.id), instance);
  work.explain({
    project,
    service: name,
    tier: tier.name,
    instance: instance.id,
    action: "Place",
    host: instance.host,
    reason: choice.reason,
  });
  return choice;
}

function newInstance(
  { service, tier, template }: TierWork,
  host: Host,
  network: NetworkEntry,
  cls: ClassEntry | undefined,
  number: number,
): InstanceEntry {
  const { project, name } = service.object.metadata;
  return {
    kind: "Instance",
    project,
    service: name,
    tier: tier.name,
    role: tier.role,
    number,
    id: `${name}-${tier.name}-${number}`,
    network: network.name,
    host: host.metadata.name,
    class: cls?.id ?? 0,
    address: cls === undefined ? null : workloadAddress(network.prefix, host.spec.id, cls.id, number),
    phase: "Run",
    template: template?.hash ?? "",
  };
}

/** Nowhere to place: make room by draining, wait for a drain under way, or say for each host why not. */
function* noRoom(
  work: TierWork,
  { perHost }: { readonly perHost: readonly string[] },
  missing: number,
): Generator<Diagnostic> {
  const { draft, service, tier, template, observed, standing, explain } = work;
  const { project, name } = service.object.metadata;
  const base = { project, service: name, tier: tier.name, instance: `${name}-${tier.name}`, host: null };
  const leaving = draft
    .instancesOf(project, name)
    .find(({ phase, role }) => phase === "Drain" && role !== "LoadBalancer");
  if (leaving !== undefined) {
    explain({ ...base, action: "Wait", reason: `no room until ${leaving.id} has drained` });
    return;
  }
  const former = formerInstances(draft, project, name).find(({ phase }) => phase === "Run");
  if (former !== undefined) {
    drain(work, former, "no host has room for it and for what takes its place at once");
    return;
  }
  const stale = running(work).filter((instance) => instance.template !== (template?.hash ?? ""));
  const movable = stale.filter(({ host }) => standing(host).kind === "Stays");
  const [first] = victims(movable, 1, observed);
  if (first !== undefined) {
    drain(work, first, "replaced: its workload changed, and no host has room for both at once");
    return;
  }
  const why = perHost.join("; ") || "there is no Host";
  explain({ ...base, action: "Wait", reason: `no host can take it: ${why}` });
  yield* unplaced(work, missing, why);
}

/** What is on a host that it should leave stays there for want of another place: that is no fault of the manifest. */
function* unplaced(work: TierWork, missing: number, why: string): Generator<Diagnostic> {
  const { service, standing, tier } = work;
  const held = running(work).filter(({ host }) => ["Lost", "Closed"].includes(standing(host).kind));
  const path = [...tier.field, ...(tier.field[1] === "tiers" ? ["replicas"] : [])];
  const homeless = missing - held.length;
  if (homeless > 0) {
    const text = `${homeless} of ${tier.replicas} instances of ${tier.name} fit nowhere: ${why}`;
    yield diagnose("NW1402", service, path, text, hintFor(tier));
  }
  const [first] = held;
  if (first === undefined) return;
  const stuck = held.map(({ id }) => id).join(", ");
  const text = `${stuck} cannot be replaced (${whyNotStay(work, first)}): ${why}`;
  yield diagnose("NW1404", service, path, text, hintFor(tier));
}

function hintFor({ spread, replicas, role }: ChainTier): string {
  if (role === "LoadBalancer") return "ask for at most as many load balancers as there are hosts, or add a host";
  return spread === "required" && replicas > 1
    ? "add hosts, ask for fewer replicas, or set spread: preferred"
    : "add a host, ask for fewer replicas or resources, or raise a host's capacity";
}
