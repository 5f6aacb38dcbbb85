/** What an apply would lead to, before anything happens. Pure, and true of the compiled states, not of intent. */
import { objectName, type Plan } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { createCompilation } from "./incremental.ts";
import { ledgerKeys, type Ledger, type LedgerChange, type VipEntry } from "./ledger.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import type { Explanation } from "./place/explanation.ts";
import { changedFlows } from "./plan/changed-flows.ts";
import { changedNode } from "./plan/changed-nodes.ts";
import { changedObjects } from "./plan/changed-objects.ts";
import { classNames } from "./plan/class-names.ts";
import { settle } from "./settle.ts";

export interface PlanInput {
  readonly before: ObjectSet;
  readonly after: ObjectSet;
  readonly ledger: Ledger;
  readonly observed: Observed;
  readonly now: Instant;
  /** Objects that the request names, as `objectName` prints them: shown also when they stay as they are. */
  readonly named?: ReadonlySet<string>;
}

/** Compares where both lead once everything is ready, so that a rollout under way is no part of the plan. */
export function planOf({ before, after, ledger, observed, now, named = new Set() }: PlanInput): Plan {
  const objects = changedObjects(before, after, named);
  const first = settle(before, ledger, observed.nodes, now);
  const next = settle(after, first.ledger, observed.nodes, now, before);
  const certificates = pendingCertificates(before, after);
  const compilation = createCompilation({
    objects: before,
    ledger: first.ledger,
    observed: first.observed,
    certificates,
  });
  const old = compilation.compiled().states;
  const { changed } = compilation.update({
    objects: after,
    ledger: ledgerChanges(first.ledger, next.ledger),
    observed: next.observed,
  });
  const { states } = compilation.compiled();
  const names = classNames(first.ledger, next.ledger);
  return {
    objects,
    addresses: newAddresses(first.ledger, next.ledger, after),
    placements: newPlacements(first.ledger, next.ledger, next.explanations),
    nodes: changed.flatMap((node) => changedNode(old.get(node), states.get(node), names) ?? []),
    flows:
      changed.length === 0 ? [] : changedFlows(old.values(), states.values(), touchedNetworks(changed, old, states)),
  };
}

/** Certificates are made when a service is applied; a plan takes them as there. */
function pendingCertificates(...sets: readonly ObjectSet[]): ReadonlyMap<string, string> {
  const services = sets.flatMap((set) => Array.from(set.services.values()));
  return new Map(services.flatMap(({ object }) => object.spec.expose.map(({ hostname }) => [hostname, ""])));
}

function ledgerChanges(before: Ledger, after: Ledger): readonly LedgerChange[] {
  const gone = [...before.keys()].filter((key) => !after.has(key)).map((key) => ({ key, entry: undefined }));
  const put = [...after].filter(([key, entry]) => before.get(key) !== entry).map(([key, entry]) => ({ key, entry }));
  return [...gone, ...put];
}

function newAddresses(before: Ledger, after: Ledger, objects: ObjectSet): Plan["addresses"] {
  const fresh = [...after].filter(([key, entry]) => entry.kind === "Vip" && before.get(key) !== entry) as [
    string,
    VipEntry,
  ][];
  return fresh
    .flatMap(([, { project, service, address, pool }]) => {
      const found = objects.services.get(projectKey(project, service));
      return found === undefined ? [] : [{ object: objectName(found.object), address, pool }];
    })
    .toSorted((a, b) => (a.object < b.object ? -1 : 1));
}

/** Instances that stay; those that only come and go on the way are left out. */
function newPlacements(before: Ledger, after: Ledger, explanations: readonly Explanation[]): Plan["placements"] {
  return explanations.flatMap(({ action, project, instance, host, reason }) => {
    const key = ledgerKeys.instance(project, instance);
    return action === "Place" && host !== null && after.has(key) && !before.has(key)
      ? [{ instance, host, reason }]
      : [];
  });
}

/** Networks on changed hosts; all when a router changed, because routes lead to all. */
function touchedNetworks(
  changed: readonly string[],
  ...sides: readonly ReadonlyMap<string, HostState>[]
): ReadonlySet<number> {
  const states = sides.flatMap((side) => changed.flatMap((node) => side.get(node) ?? []));
  const relevant = states.some(({ role }) => role === "Router")
    ? sides.flatMap((side) => Array.from(side.values()))
    : states;
  return new Set(relevant.flatMap(({ networks }) => networks.map(({ vni }) => vni)));
}
