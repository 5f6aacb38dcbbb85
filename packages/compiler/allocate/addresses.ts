/**
 * Public addresses: one per exposed service, kept for as long as it fits. A service that had one of the pool within its
 * rest gets that back, as resolvers may still hold the old record; else the lowest free one.
 */
import {
  addressAt,
  formatDuration,
  prefixContains,
  prefixSize,
  seconds,
  type Diagnostic,
  type Instant,
  type Ipv6,
  type Ipv6Prefix,
  type Milliseconds,
} from "@netwright/base";
import type { AddressPool, Service } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { Busy } from "../place/busy.ts";
import type { VipEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import { diagnose, projectKey, type Applied, type ObjectSet } from "../objects.ts";

/** How long an address given back rests, so that no old packet or DNS answer meets a new owner. */
export const addressRest: Milliseconds = seconds(600);

export function* allocateAddresses(objects: ObjectSet, draft: Draft, busy: Busy, now: Instant): Generator<Diagnostic> {
  for (const [key, { until }] of draft.all("Resting")) if (until <= now) draft.delete(key);
  for (const [key, vip] of busy.all("Vip")) if (!stillFits(objects, vip)) release(draft, key, vip, now);
  let taken: Set<Ipv6> | undefined;
  const search = new Map<string, Iterator<Ipv6>>();
  for (const item of busy.services) {
    const { project, name } = item.object.metadata;
    const pool = objects.pools.get(item.object.spec.pool);
    const key = ledgerKeys.vip(project, name);
    if (item.object.spec.expose.length === 0 || pool === undefined || draft.get("Vip", key) !== undefined) continue;
    taken ??= takenIn(draft);
    const free = search.get(item.object.spec.pool) ?? freeAddresses(pool.object, taken);
    search.set(item.object.spec.pool, free);
    const address = takeBack(draft, pool.object, { project, service: name }) ?? free.next().value;
    if (address === undefined) yield exhausted(item, pool, draft, now);
    else draft.put(key, { kind: "Vip", project, service: name, pool: item.object.spec.pool, address });
  }
}

/** What a service was may serve at its address for longer than that rests: a host that says nothing keeps what it has. */
export const takenIn = (draft: Draft): Set<Ipv6> =>
  new Set<Ipv6>([
    ...draft.all("Vip").map(([, { address }]) => address),
    ...draft.all("EgressAddress").map(([, { address }]) => address),
    ...draft.all("Resting").map(([, { address }]) => address),
    ...draft.all("Former").flatMap(([, { address }]) => address ?? []),
  ]);

/** The service's own resting address, the one given back last; undefined when none is in the pool (any more). */
function takeBack(
  draft: Draft,
  pool: AddressPool,
  { project, service }: Pick<VipEntry, "project" | "service">,
): Ipv6 | undefined {
  const own = draft
    .all("Resting")
    .filter(
      ([, { owner, address }]) => owner?.project === project && owner.service === service && isUsable(pool, address),
    );
  const [first, ...more] = own;
  if (first === undefined) return undefined;
  const [key, { address }] = more.reduce((a, b) => (b[1].until > a[1].until ? b : a), first);
  draft.delete(key);
  return address;
}

/** A service keeps its address while it is exposed, names the same pool and the pool still has the address. */
function stillFits(objects: ObjectSet, { project, service, pool, address }: VipEntry): boolean {
  const spec = objects.services.get(projectKey(project, service))?.object.spec;
  if (spec === undefined || spec.expose.length === 0 || spec.pool !== pool) return false;
  const item = objects.pools.get(pool);
  return item === undefined || isUsable(item.object, address);
}

export const isUsable = ({ spec }: AddressPool, address: Ipv6): boolean =>
  spec.prefixes.some((prefix) => prefixContains(prefix, address) && addressAt(prefix, 0n) !== address);

function release(draft: Draft, key: string, { address, project, service }: VipEntry, now: Instant): void {
  const until = (now + addressRest) as Instant;
  draft.delete(key);
  draft.put(ledgerKeys.resting(address), { kind: "Resting", address, until, owner: { project, service } });
}

/** Lowest first, prefix by prefix. A prefix's first address is kept back: hosts announce it to show that the pool is in use. */
export function* freeAddresses({ spec }: AddressPool, taken: ReadonlySet<Ipv6>): Generator<Ipv6, undefined> {
  for (const prefix of spec.prefixes) {
    const size = prefixSize(prefix);
    for (let offset = 1n; offset < size; offset++) {
      const address = addressAt(prefix, offset);
      if (!taken.has(address)) yield address;
    }
  }
  return undefined;
}

export function exhausted(
  service: Applied<Service>,
  pool: Applied<AddressPool>,
  draft: Draft,
  now: Instant,
): Diagnostic {
  const inPool = (address: Ipv6): boolean =>
    pool.object.spec.prefixes.some((prefix: Ipv6Prefix) => prefixContains(prefix, address));
  const resting = draft
    .all("Resting")
    .filter(([, { address }]) => inPool(address))
    .map(([, { until }]) => until);
  const used = [...draft.all("Vip"), ...draft.all("EgressAddress")].filter(
    ([, each]) => each.pool === pool.object.metadata.name,
  ).length;
  const text = `pool ${pool.object.metadata.name} has no free address left: ${used} in use, ${resting.length} resting`;
  const soonest = Math.min(...resting) as Instant;
  const hint =
    resting.length > 0
      ? `one is free again in ${formatDuration((soonest - now) as Milliseconds)}, or add a prefix to the pool`
      : "add a prefix to the pool, or delete a service";
  return diagnose("NW1401", service, ["spec", "pool"], text, hint);
}
