/**
 * One step from what is to what should be: reconcile, certificates, states of nodes, one commit, then show it.
 * An apply is a round with other objects; the controller's own rounds have the same objects and newer reports.
 */
import {
  applyLedgerChanges,
  createCompilation,
  objectSet,
  reconcile,
  type Explanation,
  type KeptCompilation,
  type Observed,
  type Reconciled,
} from "@netwright/compiler";
import { milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import type { HostState, Store, StoreWrite } from "@netwright/contract";
import { displayName, type Items } from "../state/objects.ts";
import { ledgerWrites } from "../state/ledger-records.ts";
import type { NodeStates } from "../state/node-states.ts";
import type { Reports } from "../state/reports.ts";
import type { Events, NewEvent } from "../state/events.ts";
import type { Certificates } from "./certificates.ts";
import type { ComputedSpans } from "./stages.ts";
import { nodeNames, type World } from "./world.ts";

export interface RoundDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly states: NodeStates;
  readonly reports: Reports;
  readonly certificates: Certificates;
  readonly events: Events;
  /** See `reconcile`. */
  readonly drainTimeout: Milliseconds;
}

export interface Decision {
  readonly world: World;
  readonly observed: Observed;
  readonly reconciled: Reconciled;
  readonly took: ComputedSpans["reconciled"];
}

/** What an edit adds to the transaction of its round. */
export interface Edited {
  readonly writes: readonly StoreWrite[];
  /** Keys of objects that are written or deleted. */
  readonly keys: readonly string[];
  readonly events: readonly NewEvent[];
}

const nothingEdited: Edited = { writes: [], keys: [], events: [] };

export interface RoundResult {
  readonly world: World;
  /** Nodes with a new state, and its revision. */
  readonly changedNodes: ReadonlyMap<string, number>;
  readonly compiled: ComputedSpans["compiled"];
}

export class Rounds {
  readonly #dependencies: RoundDependencies;
  #compilation: KeptCompilation | undefined;

  constructor(dependencies: RoundDependencies) {
    this.#dependencies = dependencies;
  }

  /** True when something that drains need not wait any longer: reports of that wake nobody. */
  anyDrained({ objects, ledger }: World): boolean {
    const draining = [...ledger.values()].filter((entry) => entry.kind === "Instance" && entry.phase === "Drain");
    if (draining.length === 0) return false;
    const { reports, states } = this.#dependencies;
    const { instances } = reports.observed(nodeNames(objects), states.revisions());
    return draining.some(
      (entry) => entry.kind === "Instance" && instances.get(`${entry.project}/${entry.id}`)?.drained === true,
    );
  }

  /** What would be decided for these objects. Changes nothing. */
  decide(world: World, items: Items): Decision {
    const { clock, reports, states, drainTimeout } = this.#dependencies;
    const started = clock.monotonic();
    const objects = items === world.items ? world.objects : objectSet(items.values());
    const observed = reports.observed(nodeNames(objects), states.revisions());
    const reconciled = reconcile({ objects, ledger: world.ledger, observed, now: clock.now(), drainTimeout });
    const ledger =
      reconciled.changes.length === 0 ? world.ledger : applyLedgerChanges(world.ledger, reconciled.changes);
    const next: World = { ...world, items, objects, ledger, diagnostics: reconciled.diagnostics };
    return { world: next, observed, reconciled, took: milliseconds(clock.monotonic() - started) };
  }

  /** Makes a decision real: whole or, when it throws, not at all. What else an edit writes goes into the same transaction. */
  async carryOut(decision: Decision, edited: Edited = nothingEdited): Promise<RoundResult> {
    const { clock, states, certificates } = this.#dependencies;
    const started = clock.monotonic();
    const certified = await certificates.prepare(decision.world.objects);
    const prepared = states.prepare(this.#compile(decision, certified.pems));
    const compiled = milliseconds(clock.monotonic() - started);
    const before = states.revisions();
    const writes = [
      ...edited.writes,
      ...ledgerWrites(decision.reconciled.changes),
      ...prepared.writes,
      ...certified.writes,
    ];
    const news = [...edited.events, ...decision.reconciled.explanations.flatMap(eventOf)];
    const revision = await this.#commit(writes, news);
    certified.done();
    prepared.publish();
    const changedNodes = new Map([...states.revisions()].filter(([node, at]) => before.get(node) !== at));
    const world = { ...decision.world, revisions: revisionsAfter(decision.world, edited.keys, revision) };
    return { world, changedNodes, compiled };
  }

  /** @returns the new states, undefined for nodes that are gone. */
  #compile(
    { world, observed, reconciled }: Decision,
    certificates: ReadonlyMap<string, string>,
  ): ReadonlyMap<string, HostState | undefined> {
    const { objects, ledger } = world;
    if (this.#compilation === undefined) {
      this.#compilation = createCompilation({ objects, ledger, observed, certificates });
      const { states } = this.#compilation.compiled();
      const gone = [...this.#dependencies.states.known()].filter((node) => !states.has(node));
      return new Map<string, HostState | undefined>([...states, ...gone.map((node) => [node, undefined] as const)]);
    }
    const { changed, states } = this.#compilation.update({
      objects,
      ledger: reconciled.changes,
      observed,
      certificates,
    });
    return new Map(changed.map((node) => [node, states.get(node)]));
  }

  /** With nothing to write there is no commit. A failed one leaves the compilation ahead of the store: it starts anew. */
  async #commit(writes: readonly StoreWrite[], news: readonly NewEvent[]): Promise<number> {
    const { store, events, reports } = this.#dependencies;
    if (writes.length === 0) return store.revision();
    const told = events.takeWrites(news);
    const remembered = reports.takeWrites();
    try {
      const revision = await store.commit([...writes, ...remembered.writes, ...told.writes]);
      told.done();
      remembered.done();
      return revision;
    } catch (failure) {
      this.#compilation = undefined;
      throw failure;
    }
  }
}

/** Waiting is no event: it is said by the service's conditions. */
function eventOf({ action, project, service, instance, host, reason }: Explanation): readonly NewEvent[] {
  if (action === "Wait") return [];
  const object = displayName({ kind: "Service", project, name: service });
  const told = { Place: "Placed", Drain: "Draining", Remove: "Removed" }[action];
  return [
    { object, type: "Normal", reason: told, message: `${instance}${host === null ? "" : ` on ${host}`}: ${reason}` },
  ];
}

function revisionsAfter(
  { items, revisions }: World,
  written: readonly string[],
  revision: number,
): ReadonlyMap<string, number> {
  if (written.length === 0) return revisions;
  const next = new Map(revisions);
  for (const key of written) {
    if (items.has(key)) next.set(key, revision);
    else next.delete(key);
  }
  return next;
}
