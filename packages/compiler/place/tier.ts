/** One tier of one service: as many instances as asked for, of the template asked for, one step further. */
import type { Diagnostic } from "@netwright/base";
import type { InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { drain, remove } from "./explanation.ts";
import { place } from "./new-instance.ts";
import { noNumber, noRoom } from "./no-room.ts";
import { isAnnounced, isReady } from "./ready.ts";
import { evacuationEnd } from "./standing.ts";
import { hostPaths } from "../volumes.ts";
import { fresh, isOutdated, running, staying, whyLeave, whyNotStay, type TierWork } from "./tier-work.ts";
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
  else yield* placeMissing(work);
  replaceLeaving(work);
  replaceOutdated(work);
}

/** As many as a rollout allows; where it allows none, what ran before takes the place of what is lost. */
function* placeMissing(work: TierWork): Generator<Diagnostic> {
  const { tier, limits } = work;
  const missing = limits.freshMax - fresh(work).length;
  yield* placeAll(work, Math.min(missing, limits.totalMax - staying(work).length), missing);
  if (limits.filler === undefined) return;
  const lack = tier.replicas - staying(work).length;
  yield* placeAll({ ...work, template: limits.filler }, lack, lack, false);
}

/** @param missing how many the tier lacks in all, for people */
function* placeAll(work: TierWork, count: number, missing: number, replaces = true): Generator<Diagnostic> {
  for (let placed = 0; placed < count; placed++) {
    const choice = place(work, replaces);
    if (choice?.host !== undefined) continue;
    yield* choice === undefined ? noNumber(work) : noRoom(work, choice, missing - placed);
    return;
  }
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

/** What cannot stay where it is goes as soon as others do its work. Nothing can be drained on a host that is lost. */
function replaceLeaving(work: TierWork): void {
  const { draft, now, observed, standing, tier } = work;
  const leaving = running(work).filter((instance) => whyLeave(work, instance) !== undefined);
  if (leaving.length === 0) return;
  const kept = tier.replicas - staying(work).filter((instance) => serves(work, instance)).length;
  const going = new Set(victims(leaving, leaving.length - Math.max(0, kept), observed));
  for (const instance of leaving) {
    const { host } = instance;
    const { kind } = standing(host);
    const isLate = kind === "Leaving" && now >= evacuationEnd(draft, host);
    if (!isLate && (!going.has(instance) || (kind !== "Lost" && leadsOn(work)))) continue;
    const reason = reasonFor(work, instance);
    if (kind === "Lost") remove(work, instance, `${reason}; others do its work`);
    else drain(work, instance, reason);
  }
}

/**
 * Open connections to members that go are led on by notes of the load balancer that they came through: another one would send
 * them elsewhere. So those go first.
 */
const leadsOn = ({ draft, service, standing, tier }: TierWork): boolean =>
  tier.role === "LoadBalancer" &&
  draft
    .instancesOf(service.object.metadata.project, service.object.metadata.name)
    .some(
      ({ role, phase, host }) => role !== "LoadBalancer" && (phase === "Drain" || standing(host).kind === "Closed"),
    );

/** What runs something else goes as new ones come, as far as a rollout allows. */
function replaceOutdated(work: TierWork): void {
  const { limits, observed, isSeasoned } = work;
  const outdated = staying(work).filter((instance) => isOutdated(work, instance));
  const counted = fresh(work).filter((instance) => serves(work, instance) && isSeasoned(instance)).length;
  const kept = Math.max(0, limits.servingMin - counted);
  for (const instance of victims(outdated, outdated.length - kept, observed))
    drain(work, instance, reasonFor(work, instance));
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
