/** Instances that a service, as it is now, has no place for: it was deleted, lost their tier or moved to another network. */
import { serviceChain, type Service } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { projectKey, type Applied, type ObjectSet } from "../objects.ts";
import type { Busy } from "./busy.ts";
import { drain, remove, type Ending } from "./explanation.ts";
import { ledTo } from "./leads.ts";

export interface DepartInput extends Ending {
  readonly objects: ObjectSet;
  /** What was applied at the last step. */
  readonly before: ObjectSet | undefined;
  readonly busy: Busy;
}

/** Why the service has no place for the instance; undefined when it has. */
export function whyHomeless({ services }: ObjectSet, instance: InstanceEntry): string | undefined {
  const { project, service, tier, network } = instance;
  const object = services.get(projectKey(project, service))?.object;
  if (object === undefined) return `service ${service} is deleted`;
  if (object.spec.network !== network) return `service ${service} is in network ${object.spec.network} now`;
  return serviceChain(object).some(({ name }) => name === tier)
    ? undefined
    : `service ${service} has no tier ${tier} any more`;
}

/**
 * Keeps the former service with what it leaves behind, so that this can end in good order. Of a deleted service
 * everything drains at once; else it serves on until what takes its place does (`releaseFormer`).
 */
export function depart(input: DepartInput): void {
  const { objects, draft, busy } = input;
  const numbers = new Map<string, number | undefined>();
  for (const [key, instance] of busy.all("Instance")) {
    const reason = whyHomeless(objects, instance);
    if (instance.former !== undefined || reason === undefined) continue;
    const service = projectKey(instance.project, instance.service);
    if (!numbers.has(service)) numbers.set(service, keepFormer(input, instance));
    const former = numbers.get(service);
    if (former !== undefined) draft.put(key, { ...instance, former });
  }
  for (const [, instance] of busy.all("Instance")) {
    const { project, service, former, role, phase } = instance;
    if (former === undefined || role === "LoadBalancer" || phase === "Drain") continue;
    if (!objects.services.has(projectKey(project, service))) drain(input, instance, `service ${service} is deleted`);
  }
}

/** @returns the number of the entry; undefined when nothing is known of what the service was. */
function keepFormer({ before, draft }: DepartInput, { project, service }: InstanceEntry): number | undefined {
  const known = before?.services.get(projectKey(project, service));
  if (known === undefined) return undefined;
  const number = freeNumber(draft, project, service);
  const address = draft.get("Vip", ledgerKeys.vip(project, service))?.address ?? null;
  const leads = draft.get("Leads", ledgerKeys.leads(project, service))?.leads;
  const was = { object: known.object, address, ...(leads === undefined ? {} : { leads }) };
  const entry = { kind: "Former", project, service, number, ...was } as const;
  draft.put(ledgerKeys.former(project, service, number), entry);
  return number;
}

function freeNumber(draft: Draft, project: string, service: string): number {
  let number = 1;
  while (draft.get("Former", ledgerKeys.former(project, service, number)) !== undefined) number++;
  return number;
}

export const formerInstances = (draft: Draft, project: string, service: string): readonly InstanceEntry[] =>
  draft.instancesOf(project, service).filter(({ former }) => former !== undefined);

/**
 * What takes their place serves: all drains, but for tiers that something leads to still; and load balancers go where others
 * take over the address, which leads to one network only.
 */
export function releaseFormer(ending: Ending, { object }: Applied<Service>): void {
  const { draft } = ending;
  const { project, name } = object.metadata;
  const needed = ledTo(draft, object.metadata);
  for (const { name: tier } of serviceChain(object)) needed.delete(tier);
  const address = draft.get("Vip", ledgerKeys.vip(project, name))?.address;
  for (const instance of formerInstances(draft, project, name)) {
    if (instance.phase !== "Run" || needed.has(instance.tier)) continue;
    const before = draft.get("Former", ledgerKeys.former(project, name, instance.former ?? 0));
    if (instance.role === "LoadBalancer" && address !== undefined && before?.address === address)
      remove(ending, instance, "its address is served by others from now on");
    else drain(ending, instance, "what takes its place serves");
  }
}

/** An address leads to one place: a service that has its own back takes it from what it was. */
export function takeOver(ending: Ending, { object }: Applied<Service>): void {
  const { draft } = ending;
  const { project, name } = object.metadata;
  const address = draft.get("Vip", ledgerKeys.vip(project, name))?.address;
  for (const instance of formerInstances(draft, project, name)) {
    if (instance.role !== "LoadBalancer" || instance.phase !== "Drain") continue;
    const before = draft.get("Former", ledgerKeys.former(project, name, instance.former ?? 0));
    if (address !== undefined && before?.address === address)
      remove(ending, instance, "its address is served by others from now on");
  }
}

/** Load balancers of deleted services: they refuse what is new and lead on what is old, until that has ended. */
export function withdrawFormer(ending: Ending, objects: ObjectSet, busy: Busy): void {
  for (const [, instance] of busy.all("Instance")) {
    const { project, service, former, role, phase } = instance;
    if (former === undefined || role !== "LoadBalancer" || phase !== "Run") continue;
    if (objects.services.has(projectKey(project, service))) continue;
    const others = formerInstances(ending.draft, project, service).some(
      (each) => each.former === former && each.role !== "LoadBalancer",
    );
    if (!others) drain(ending, instance, `service ${service} is deleted and nothing is behind it any more`);
  }
}

/** True while something before it in the chain may still open connections to it. */
export function isNeeded(draft: Draft, instance: InstanceEntry, ended: (other: InstanceEntry) => boolean): boolean {
  const { project, service, former } = instance;
  if (former === undefined) return false;
  const entry = draft.get("Former", ledgerKeys.former(project, service, former));
  if (entry === undefined) return false;
  const order = serviceChain(entry.object)
    .filter(({ role }) => role !== "LoadBalancer")
    .map(({ name }) => name);
  const before = new Set(order.slice(0, order.indexOf(instance.tier)));
  return formerInstances(draft, project, service).some(
    (each) => each.former === former && before.has(each.tier) && !ended(each),
  );
}
