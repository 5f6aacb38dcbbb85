/** One tier of one service: as many instances as asked for, of the template asked for, one step further. */
import type { Diagnostic } from "@netwright/base";
import { ledgerKeys, type InstanceEntry } from "../ledger.ts";
import { drain, remove } from "./explanation.ts";
import { place } from "./new-instance.ts";
import { noNumber, noRoom } from "./no-room.ts";
import { isAnnounced, isReady } from "./ready.ts";
import { evacuationEnd } from "./standing.ts";
import { hostPaths } from "../volumes.ts";
import { fresh, running, whyNotStay, type TierWork } from "./tier-work.ts";
import { victims } from "./victims.ts";
import { hostPathMisfit } from "./volumes.ts";

/** Places what lacks, drains what is too much, and replaces what cannot stay: new ones first. */
export function* reconcileTier(work: TierWork): Generator<Diagnostic> {
  const { tier, observed } = work;
  stopForbidden(work);
  for (const victim of victims(fresh(work), fresh(work).length - tier.replicas, observed))
    drain(work, victim, `${tier.name} has ${tier.replicas} ${tier.replicas === 1 ? "replica" : "replicas"} now`);
  const waited = running(work).length === 0 ? waitsFor(work) : [];
  if (waited.length > 0) explainWaiting(work, waited);
  for (let missing = tier.replicas - fresh(work).length; missing > 0 && waited.length === 0; missing--) {
    const choice = place(work);
    if (choice?.host !== undefined) continue;
    yield* choice === undefined ? noNumber(work) : noRoom(work, choice, missing);
    break;
  }
  replace(work);
}

/** Tiers that must have a ready instance before the first one of this tier starts, and have none. */
function waitsFor({ draft, observed, service, tier }: TierWork): readonly string[] {
  const { project, name } = service.object.metadata;
  const after = tier.role === "Workload" && tier.replicas > 0 ? (tier.tier.after ?? []) : [];
  const ready = draft.instancesOf(project, name).filter((each) => each.phase === "Run" && isReady(observed, each));
  return after.filter((other) => !ready.some((each) => each.tier === other));
}

function explainWaiting({ service, tier, explain }: TierWork, waited: readonly string[]): void {
  const { project, name } = service.object.metadata;
  const reason = `it starts when ${waited.join(" and ")} ${waited.length === 1 ? "is" : "are"} ready`;
  const base = { project, service: name, tier: tier.name, instance: `${name}-${tier.name}`, host: null };
  explain({ ...base, action: "Wait", reason });
}

/** A directory that its host allows no more is taken away at once, whatever takes the instance's place. */
function stopForbidden(work: TierWork): void {
  for (const instance of running(work)) {
    const template = work.draft.templateOf(instance);
    // Nearly none has any: hosts are many.
    if (hostPaths(template).length === 0) continue;
    const host = work.hosts.find(({ metadata }) => metadata.name === instance.host);
    const refused = host === undefined ? undefined : hostPathMisfit({ project: instance.project, template }, host);
    if (refused !== undefined) drain(work, instance, `host ${instance.host} ${refused} now`);
  }
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
    const reason = reasonFor(work, instance);
    if (kind === "Lost") remove(work, instance, `${reason}; others do its work`);
    else drain(work, instance, reason);
  }
}

function reasonFor(work: TierWork, instance: InstanceEntry): string {
  const reason = whyNotStay(work, instance) ?? "";
  const other = running(work).find(({ replaces }) => replaces === instance.id);
  return other === undefined || !serves(work, other) ? reason : `${reason}; ${other.id} is ready in its place`;
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
