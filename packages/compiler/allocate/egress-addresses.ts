/**
 * Source addresses of egress: one per service and host, so that replies come back to the host that translated, and so that
 * others can tell services apart. Given while an instance that may need it is on the host, and for as long as it drains.
 */
import type { Service } from "@netwright/api";
import type { Diagnostic, Instant, Ipv6 } from "@netwright/base";
import type { Draft } from "../draft.ts";
import { ledgerKeys, type EgressAddressEntry } from "../ledger.ts";
import { projectKey, type Applied, type ObjectSet } from "../objects.ts";
import { addressRest, exhausted, freeAddresses, isUsable } from "./addresses.ts";

/** Called when instances have been placed. */
export function* allocateEgressAddresses(objects: ObjectSet, draft: Draft, now: Instant): Generator<Diagnostic> {
  for (const [key, entry] of draft.all("EgressAddress"))
    if (!stillFits(objects, draft, entry)) release(draft, key, entry, now);
  const asking = [...objects.services.values()].filter(({ object }) => (object.spec.egress ?? []).length > 0);
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
  for (const host of hostsOf(draft, item.object)) {
    const key = ledgerKeys.egressAddress(metadata.project, metadata.name, host);
    if (draft.get("EgressAddress", key) !== undefined) continue;
    const address = freeAddresses(pool.object, taken).next().value;
    if (address === undefined) return yield exhausted(item, pool, draft, now);
    taken.add(address);
    const { project, name: service } = metadata;
    draft.put(key, { kind: "EgressAddress", project, service, host, pool: spec.pool, address });
  }
}

const takenIn = (draft: Draft): Set<Ipv6> =>
  new Set<Ipv6>([
    ...draft.all("Vip").map(([, { address }]) => address),
    ...draft.all("EgressAddress").map(([, { address }]) => address),
    ...draft.all("Resting").map(([, { address }]) => address),
  ]);

/** Hosts with an instance of a tier that may speak to the internet. Sorted. */
function hostsOf(draft: Draft, { metadata, spec }: Service): readonly string[] {
  const tiers = new Set((spec.egress ?? []).map(({ from }) => from));
  const instances = draft.instancesOf(metadata.project, metadata.name).filter(({ tier }) => tiers.has(tier));
  return [...new Set(instances.map(({ host }) => host))].toSorted();
}

function stillFits(
  objects: ObjectSet,
  draft: Draft,
  { project, service, host, pool, address }: EgressAddressEntry,
): boolean {
  const found = objects.services.get(projectKey(project, service))?.object;
  const item = objects.pools.get(pool);
  if (item === undefined || !isUsable(item.object, address)) return false;
  // What is left of a deleted service drains, and speaks on until then.
  if (found === undefined) return draft.instancesOf(project, service).some((each) => each.host === host);
  return found.spec.pool === pool && hostsOf(draft, found).includes(host);
}

/** Nobody gets it back as its own: others outside may still answer to who had it. */
function release(draft: Draft, key: string, { address }: EgressAddressEntry, now: Instant): void {
  draft.delete(key);
  draft.put(ledgerKeys.resting(address), { kind: "Resting", address, until: (now + addressRest) as Instant });
}
