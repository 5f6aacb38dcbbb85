/** Where reconciling ends when everything it starts becomes ready and everything it drains is done. */
import { hostPrefix, type Instant, type Ipv6Prefix } from "@netwright/base";
import type { EntryGroup } from "./entry-group.ts";
import { groupsOf } from "./grouped-ledger.ts";
import { applyLedgerChanges, type Ledger } from "./ledger.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import type { Observed, ObservedInstance } from "./observed.ts";
import { addressOf } from "./place/address.ts";
import type { Explanation } from "./place/explanation.ts";
import { reconcile } from "./reconcile.ts";

export interface Settled {
  readonly ledger: Ledger;
  /** With every instance ready; nodes as they were observed. */
  readonly observed: Observed;
  readonly explanations: readonly Explanation[];
}

/** A replacement takes three steps: surge, drain, remove. Where room is short it takes three per instance. */
const maxSteps = 1000;

/** Plans are made for this end, so that they show what an apply leads to and not its first step. */
export function settle(
  objects: ObjectSet,
  ledger: Ledger,
  nodes: Observed["nodes"],
  now: Instant,
  before?: ObjectSet,
): Settled {
  const explanations: Explanation[] = [];
  let current = ledger;
  for (let count = 0; count < maxSteps; count++) {
    const observed = allDone(current, nodes);
    const former = count === 0 ? before : undefined;
    const { changes, explanations: said } = reconcile({
      objects,
      before: former,
      ledger: current,
      observed,
      now,
      isForeseen: true,
    });
    explanations.push(...said.filter(({ action }) => action !== "Wait"));
    if (changes.length === 0) return { ledger: current, observed, explanations };
    current = applyLedgerChanges(current, changes);
  }
  return { ledger: current, observed: allDone(current, nodes), explanations };
}

function allDone(ledger: Ledger, nodes: Observed["nodes"]): Observed {
  const instances = new Map<string, ObservedInstance>();
  for (const [, group] of groupsOf(ledger).services)
    for (const [key, observed] of group.derive(doneIn)) instances.set(key, observed);
  return { instances, nodes: announcing(ledger, nodes) };
}

const ready: ObservedInstance = { phase: "Ready", drained: false };
const done: ObservedInstance = { phase: "Stopping", drained: true };

const doneIn = ({ instances }: EntryGroup): readonly (readonly [key: string, observed: ObservedInstance])[] =>
  instances.map(({ project, id, phase }) => [projectKey(project, id), phase === "Drain" ? done : ready]);

/** Every node that is not silent does what it should: it announces what its load balancers serve. */
export function announcing(ledger: Ledger, nodes: Observed["nodes"]): Observed["nodes"] {
  const groups = groupsOf(ledger);
  const announced = new Map<string, Set<Ipv6Prefix>>();
  for (const name of nodes.keys()) announced.set(name, new Set());
  for (const [, { host }] of groups.all("LeavingHost")) inner(announced, host.metadata.name);
  for (const [, group] of groups.services)
    for (const [host, prefix] of group.derive(announcedIn)) {
      const told = inner(announced, host);
      if (prefix !== undefined) told.add(prefix);
    }
  return new Map(
    [...announced].map(([name, prefixes]) => {
      const node = nodes.get(name) ?? { ready: true };
      return [name, node.ready ? { ...node, announced: prefixes, inForce: true, settled: true } : node];
    }),
  );
}

/** Of each instance its host, and what that announces for it. */
const announcedIn = (group: EntryGroup): readonly (readonly [host: string, prefix: Ipv6Prefix | undefined])[] =>
  group.instances.map((instance) => {
    const { host, phase, role } = instance;
    const address = phase === "Run" && role === "LoadBalancer" ? addressOf(group, instance) : undefined;
    return [host, address === undefined ? undefined : hostPrefix(address)];
  });

function inner<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const found = map.get(key) ?? new Set<V>();
  map.set(key, found);
  return found;
}
