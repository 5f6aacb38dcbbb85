/** One more instance of a tier: its place, its number, its entry in the ledger. */
import type { Host } from "@netwright/api";
import { workloadAddress } from "@netwright/contract";
import type { ClassEntry, InstanceEntry, NetworkEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { chooseHost, type Wanted } from "./choose-host.ts";
import { demandOf, noDemand } from "./demand.ts";
import { volumeWork, type TierWork } from "./tier-work.ts";
import { freePlaces, hasVolumes, takeVolumes, volumeMisfit, type Place } from "./volumes.ts";

/** Invariant of workloadMac: numbers stay below 2^24. */
export const maxNumber = 0xff_ffff;

/**
 * @param replaces whether it comes for one that runs something else
 * @returns undefined when the tier cannot have one more for lack of numbers
 */
export function place(work: TierWork, replaces = true): NoPlace | Placed | undefined {
  const { draft, service, tier } = work;
  const { project, name } = service.object.metadata;
  const cls = draft.get("Class", ledgerKeys.class(project, name, tier.name));
  if (cls === undefined && tier.role !== "LoadBalancer") return undefined;
  const volumes = volumeWork(work);
  const places = hasVolumes(volumes) ? freePlaces(volumes) : [undefined];
  let refused: NoPlace = { host: undefined, perHost: ["its data is on that host"], data: "in use" };
  for (const [index, own] of places.entries()) {
    const choice = chooseHost(work.hosts, draft, work.observed, wantedOf(work, own));
    if (choice.host !== undefined) return put(work, { ...choice, own, cls }, replaces);
    if (index === 0) refused = { ...choice, data: own?.host === undefined ? undefined : own.name };
  }
  return refused;
}

interface Placed {
  readonly host: Host;
  readonly reason: string;
}

export interface NoPlace {
  readonly host: undefined;
  readonly perHost: readonly string[];
  /** What keeps it from other hosts, when that is its data. */
  readonly data: string | undefined;
}

function wantedOf(work: TierWork, own: Place | undefined): Wanted {
  const { service, tier, template, companions } = work;
  const { project, name } = service.object.metadata;
  const { role, replicas, spread } = tier;
  const volumes = volumeWork(work);
  return {
    project,
    service: name,
    tier: tier.name,
    role,
    replicas,
    spread,
    demand: role === "LoadBalancer" ? noDemand : demandOf(template),
    companions,
    template: template?.hash ?? "",
    misfit: (host) => volumeMisfit(volumes, own, host),
    data: own?.host === undefined ? undefined : own.name,
  };
}

function put(
  work: TierWork,
  choice: Placed & { readonly own: Place | undefined; readonly cls: ClassEntry | undefined },
  isReplacing: boolean,
): Placed | undefined {
  const { draft, service, network, tier, template } = work;
  const { host, reason, own, cls } = choice;
  const { project, name } = service.object.metadata;
  const counter = ledgerKeys.instanceCounter(project, name, tier.name);
  if ((draft.get("Counter", counter)?.next ?? 1) > maxNumber) return undefined;
  const number = draft.count(counter);
  const held =
    own === undefined ? {} : { ordinal: own.ordinal, volumes: takeVolumes(volumeWork(work), own, host.metadata.name) };
  const replaced = isReplacing ? unreplaced(work) : undefined;
  const replaces = replaced === undefined ? {} : { replaces: replaced };
  const instance = { ...newInstance(work, host, network, cls, number), ...held, ...replaces };
  if (template !== undefined) draft.put(ledgerKeys.template(project, name, tier.name, template.hash), template);
  draft.put(ledgerKeys.instance(project, instance.id), instance);
  const base = { project, service: name, tier: tier.name, instance: instance.id };
  const told = replaced === undefined ? reason : `in place of ${replaced}: ${reason}`;
  work.explain({ ...base, action: "Place", host: instance.host, reason: told });
  return choice;
}

/** The oldest instance with another workload that nobody takes the place of yet, running or on its way out. */
function unreplaced({ draft, service, tier, template }: TierWork): string | undefined {
  const { project, name } = service.object.metadata;
  const own = draft.instancesOf(project, name).filter((each) => each.tier === tier.name && each.former === undefined);
  const taken = new Set(own.map(({ replaces }) => replaces));
  const stale = own.filter((each) => each.template !== (template?.hash ?? "") && !taken.has(each.id));
  const [oldest] = stale.toSorted((a, b) => a.number - b.number);
  // Where hosts had no room for both, it went first.
  const rollout = draft.get("Rollout", ledgerKeys.rollout(project, name));
  const steps = rollout?.until === null ? rollout.steps : [];
  return oldest?.id ?? steps.find((step) => step.tier === tier.name && step.fresh === null)?.old;
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
