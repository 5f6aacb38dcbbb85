/**
 * Source addresses of egress: one per service, network and host, so that replies come back to the host that translated, and so that
 * others can tell services apart. Given while an instance that may need it is on the host, and for as long as it drains.
 */
import type { Service } from "@netwright/api";
import type { Diagnostic, Instant, Ipv6 } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { EgressAddressEntry, InstanceEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { projectKey, type Applied, type ObjectSet } from "../objects.ts";
import type { Busy } from "../place/busy.ts";
import { addressRest, exhausted, freeAddresses, isUsable, takenIn } from "./addresses.ts";

/** Called when instances have been placed. */
export function* allocateEgressAddresses(
  objects: ObjectSet,
  draft: Draft,
  busy: Busy,
  now: Instant,
): Generator<Diagnostic> {
  for (const [key, entry] of busy.all("EgressAddress"))
    if (!stillFits(objects, draft, entry)) release(draft, key, entry, now);
  const asking = busy.services.filter(({ object }) => (object.spec.egress ?? []).length > 0);
  if (asking.length === 0) return;
  const taken = takenIn(draft);
  for (const item of asking) yield* give(objects, draft, now, taken, item);
}

function* give(
  objects: ObjectSet,
  draft: Draft,
  now: Instant,
  taken: Set<Ipv6>,
  item: Applied<Service>,
): Generator<Diagnostic> {
  const { metadata, spec } = item.object;
  const pool = objects.pools.get(spec.pool);
  if (pool === undefined) return;
  const { project, name: service } = metadata;
  for (const { network, host } of speaking(draft, item.object)) {
    const key = ledgerKeys.egressAddress(project, service, network, host);
    if (draft.get("EgressAddress", key) !== undefined) continue;
    const address = freeAddresses(pool.object, taken).next().value;
    if (address === undefined) return yield exhausted(item, pool, draft, now);
    taken.add(address);
    draft.put(key, { kind: "EgressAddress", project, service, network, host, pool: spec.pool, address });
  }
}

/** Instances of tiers that may speak to the internet, by host: addresses are given in a fixed order. */
function speaking(draft: Draft, { metadata, spec }: Service): readonly InstanceEntry[] {
  const tiers = new Set((spec.egress ?? []).map(({ from }) => from));
  return draft
    .instancesOf(metadata.project, metadata.name)
    .filter(({ tier }) => tiers.has(tier))
    .toSorted((one, other) => (one.host < other.host ? -1 : 1));
}

function stillFits(
  objects: ObjectSet,
  draft: Draft,
  { project, service, network, host, pool, address }: EgressAddressEntry,
): boolean {
  const found = objects.services.get(projectKey(project, service))?.object;
  const item = objects.pools.get(pool);
  if (item === undefined || !isUsable(item.object, address)) return false;
  const here = (each: InstanceEntry): boolean => each.host === host && each.network === network;
  // What is left of a service that is deleted, or that was another once, drains, and speaks on until then.
  const all = draft.instancesOf(project, service).filter(here);
  if (found === undefined || found.spec.network !== network) return all.length > 0;
  if (all.some(({ former }) => former !== undefined)) return true;
  return found.spec.pool === pool && speaking(draft, found).some(here);
}

/** Nobody gets it back as its own: others outside may still answer to who had it. */
function release(draft: Draft, key: string, { address }: EgressAddressEntry, now: Instant): void {
  draft.delete(key);
  draft.put(ledgerKeys.resting(address), { kind: "Resting", address, until: (now + addressRest) as Instant });
}
