/** Everything that is stored and decided upon, as of the last commit. Replaced as a whole, never changed in place. */
import { objectSet, standingObjects, type Ledger, type ObjectSet } from "@netwright/compiler";
import type { Diagnostic } from "@netwright/base";
import type { Store } from "@netwright/contract";
import { readItems, type Items } from "../state/objects.ts";
import { readLedger } from "../state/ledger-records.ts";

export interface World {
  readonly items: Items;
  /** Store revision of each object's record: its resourceVersion. */
  readonly revisions: ReadonlyMap<string, number>;
  /** `items` by kind. */
  readonly objects: ObjectSet;
  /** `objects`, and hosts that were deleted and are not left yet. */
  readonly standing: ObjectSet;
  readonly ledger: Ledger;
  /** What the last round could not do. */
  readonly diagnostics: readonly Diagnostic[];
}

export function readWorld(store: Store): World {
  const { items, revisions } = readItems(store);
  const [objects, ledger] = [objectSet(items.values()), readLedger(store)];
  return { items, revisions, objects, standing: standingObjects(objects, ledger), ledger, diagnostics: [] };
}

/** Hosts and managed routers: everything with an agent. */
export function nodeNames({ hosts, routers }: ObjectSet): readonly string[] {
  return [...hosts.keys(), ...[...routers].filter(([, { object }]) => object.spec.managed).map(([name]) => name)];
}
