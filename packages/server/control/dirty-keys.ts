/** Which objects' statuses something new may change. More than needed is only slower; less would be wrong. Pure. */
import type { LedgerEntry } from "@netwright/compiler";
import { keyText } from "../state/objects.ts";
import type { LedgerIndex } from "../status/facts.ts";
import { orderedNames } from "./wanted-certificates.ts";
import type { World } from "./world.ts";

/**
 * The node, its instances, the services that have one there, and routers of others that it speaks to; of a router every
 * service, for it announces them all.
 */
export function* keysOfNode(world: World, ledger: LedgerIndex, node: string): Generator<string> {
  if (world.standing.routers.has(node)) {
    yield keyText({ kind: "Router", project: undefined, name: node });
    yield* serviceKeys(world, () => true);
  }
  const host = world.standing.hosts.get(node)?.object;
  if (host !== undefined) yield keyText({ kind: "Host", project: undefined, name: node });
  // Of routers of others hosts alone can tell.
  for (const { router } of host?.spec.uplinks ?? [])
    if (world.objects.routers.get(router)?.object.spec.managed === false)
      yield keyText({ kind: "Router", project: undefined, name: router });
  for (const { project, name } of ledger.volumesOn.get(node) ?? []) yield keyText({ kind: "Volume", project, name });
  for (const { project, service, id, network } of ledger.byHost.get(node) ?? []) {
    yield keyText({ kind: "Service", project, name: service });
    yield keyText({ kind: "Instance", project, name: id });
    yield keyText({ kind: "Network", project, name: network });
  }
}

export function* keysOfHostnames(world: World, hostnames: ReadonlySet<string>): Generator<string> {
  if (hostnames.size > 0) yield* serviceKeys(world, (names) => names.some((name) => hostnames.has(name)));
}

/** The issuer, and services that have certificates from it: what is in its way is in theirs. */
export function* keysOfIssuer(world: World, name: string): Generator<string> {
  yield `CertificateIssuer/${name}`;
  const ordered = [...orderedNames(world)].filter(([, issuer]) => issuer.metadata.name === name);
  yield* keysOfHostnames(world, new Set(ordered.map(([hostname]) => hostname)));
}

function* serviceKeys({ objects }: World, wanted: (hostnames: readonly string[]) => boolean): Generator<string> {
  for (const [key, { object }] of objects.services) {
    if (wanted(object.spec.expose.map(({ hostname }) => hostname))) yield `Service/${key}`;
  }
}

/** What differs between two worlds: objects, and what is made from the ledger. */
export function* keysOfChange(before: World, after: World): Generator<string> {
  if (before.items !== after.items) {
    yield* differing(before.items, after.items);
    // What they use is counted over all objects.
    for (const name of after.objects.projects.keys()) yield keyText({ kind: "Project", project: undefined, name });
  }
  if (before.ledger !== after.ledger) {
    for (const key of differing(before.ledger, after.ledger)) {
      for (const entry of [before.ledger.get(key), after.ledger.get(key)])
        if (entry !== undefined) yield* keysOfEntry(entry, after);
    }
  }
  if (JSON.stringify(before.diagnostics) !== JSON.stringify(after.diagnostics)) yield* serviceKeys(after, () => true);
}

function* differing<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): Generator<string> {
  for (const [key, value] of after) if (before.get(key) !== value) yield key;
  for (const key of before.keys()) if (!after.has(key)) yield key;
}

function* keysOfEntry(entry: LedgerEntry, { objects }: World): Generator<string> {
  if (entry.kind === "Network") yield keyText({ kind: "Network", project: entry.project, name: entry.name });
  if (entry.kind === "Resting") for (const pool of objects.pools.keys()) yield `AddressPool/${pool}`;
  if (["Rollout", "TierRollout", "Revision", "Size", "Leads"].includes(entry.kind) && "service" in entry)
    yield keyText({ kind: "Service", project: entry.project, name: entry.service });
  if (entry.kind === "LeavingHost") yield keyText({ kind: "Host", project: undefined, name: entry.host.metadata.name });
  if (entry.kind === "Vip")
    yield* [`AddressPool/${entry.pool}`, keyText({ kind: "Service", project: entry.project, name: entry.service })];
  if (entry.kind === "Volume" || entry.kind === "DiscardedVolume")
    yield keyText({ kind: "Volume", project: entry.project, name: entry.name });
  if (entry.kind !== "Instance") return;
  for (const { name } of entry.volumes ?? []) yield keyText({ kind: "Volume", project: entry.project, name });
  yield keyText({ kind: "Service", project: entry.project, name: entry.service });
  yield keyText({ kind: "Instance", project: entry.project, name: entry.id });
  yield keyText({ kind: "Network", project: entry.project, name: entry.network });
  yield keyText({ kind: "Host", project: undefined, name: entry.host });
}
