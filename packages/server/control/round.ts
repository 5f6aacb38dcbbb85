/**
 * One step from what is to what should be: reconcile, certificates, states of nodes, one commit, then show it.
 * An apply is a round with other objects; the controller's own rounds have the same objects and newer reports.
 */
import {
  anyDeparted,
  applyLedgerChanges,
  createCompilation,
  objectSet,
  reconcile,
  standingObjects,
  type Challenges,
  type Explanation,
  type HostNews,
  type ImageEntry,
  type KeptCompilation,
  type Ledger,
  type Observed,
  type Reconciled,
  type RolloutNews,
  type Served,
  type SizeEntry,
} from "@netwright/compiler";
import { milliseconds, type Clock, type Milliseconds } from "@netwright/base";
import type { HostState, Store, StoreWrite } from "@netwright/contract";
import { displayName, type Items } from "../state/objects.ts";
import { ledgerWrites } from "../state/ledger-records.ts";
import type { NodeStates } from "../state/node-states.ts";
import type { Reports } from "../state/reports.ts";
import type { Events, NewEvent } from "../state/events.ts";
import type { Certificates, Certified } from "./certificates.ts";
import type { Identified, Identities } from "./identities.ts";
import type { OpenedValues } from "../secrets/opened-values.ts";
import type { ComputedSpans } from "./stages.ts";
import { nodeNames, type World } from "./world.ts";

export interface RoundDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly states: NodeStates;
  readonly reports: Reports;
  /** What proxies saw lately of instances that a rollout is about, by `PROJECT/ID`. */
  readonly served: (ledger: Ledger) => ReadonlyMap<string, Served>;
  readonly certificates: Certificates;
  readonly identities: Identities;
  /** What certificate authorities ask for now. */
  readonly challenges: () => Challenges;
  readonly values: OpenedValues;
  readonly events: Events;
  /** See `reconcile`. */
  readonly drainTimeout: Milliseconds;
}

/** What is decided already, before objects are looked at. */
export interface Foreseen {
  readonly pins?: readonly ImageEntry[] | undefined;
  readonly sizes?: readonly SizeEntry[];
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
  #shown: Challenges | undefined;

  constructor(dependencies: RoundDependencies) {
    this.#dependencies = dependencies;
  }

  /** True when something that is on its way out need not wait any longer: reports of that wake nobody. */
  anyDeparted({ standing, ledger }: World): boolean {
    const { reports, states } = this.#dependencies;
    return anyDeparted(ledger, () => reports.observed(nodeNames(standing), states.revisions()));
  }

  /** What nodes were given of what certificate authorities ask for. */
  get shownChallenges(): Challenges | undefined {
    return this.#shown;
  }

  /** What would be decided for these objects. Changes nothing. */
  decide(world: World, items: Items, { pins = [], sizes = [] }: Foreseen = {}): Decision {
    const { clock, reports, states, drainTimeout } = this.#dependencies;
    const started = clock.monotonic();
    const objects = items === world.items ? world.objects : objectSet(items.values(), world.objects);
    const nodes = new Set([...nodeNames(world.standing), ...nodeNames(objects)]);
    const observed = reports.observed([...nodes], states.revisions(), this.#dependencies.served(world.ledger));
    const before = objects === world.objects ? undefined : world.objects;
    const now = clock.now();
    const reconciled = reconcile({ objects, before, ledger: world.ledger, observed, now, drainTimeout, pins, sizes });
    const { changes, diagnostics } = reconciled;
    const ledger = changes.length === 0 ? world.ledger : applyLedgerChanges(world.ledger, changes);
    const standing = before === undefined && changes.length === 0 ? world.standing : standingObjects(objects, ledger);
    const next: World = { ...world, items, objects, standing, ledger, diagnostics };
    return { world: next, observed, reconciled, took: milliseconds(clock.monotonic() - started) };
  }

  /** Makes a decision real: whole or, when it throws, not at all. What else an edit writes goes into the same transaction. */
  async carryOut(decision: Decision, edited: Edited = nothingEdited): Promise<RoundResult> {
    const { clock, states, certificates, identities } = this.#dependencies;
    const started = clock.monotonic();
    const challenges = this.#dependencies.challenges();
    const certified = await certificates.prepare(decision.world);
    const identified = await identities.prepare(decision.world);
    const prepared = states.prepare(this.#compile(decision, certified.certified, identified, challenges));
    const compiled = milliseconds(clock.monotonic() - started);
    const before = states.revisions();
    const writes = [
      ...edited.writes,
      ...ledgerWrites(decision.reconciled.changes),
      ...prepared.writes,
      ...certified.writes,
      ...identified.writes,
    ];
    const { explanations, hostNews, rolloutNews } = decision.reconciled;
    const told = [...hostNews.map(hostEvent), ...rolloutNews.map(rolloutEvent)];
    const news = [...edited.events, ...told, ...explanations.flatMap(eventOf)];
    const revision = await this.#commit(writes, news);
    certified.done();
    identified.done();
    prepared.publish();
    this.#shown = challenges;
    const changedNodes = new Map([...states.revisions()].filter(([node, at]) => before.get(node) !== at));
    const world = { ...decision.world, revisions: revisionsAfter(decision.world, edited.keys, revision) };
    return { world, changedNodes, compiled };
  }

  /** @returns the new states, undefined for nodes that are gone. */
  #compile(
    { world, observed, reconciled }: Decision,
    { digests: certificates, values }: Certified,
    { identities, values: more }: Identified,
    challenges: Challenges,
  ): ReadonlyMap<string, HostState | undefined> {
    const { objects, ledger } = world;
    const secrets = new Map([...this.#dependencies.values.of(ledger, reconciled.changes), ...values, ...more]);
    if (this.#compilation === undefined) {
      this.#compilation = createCompilation({
        objects,
        ledger,
        observed,
        certificates,
        identities,
        challenges,
        secrets,
      });
      const { states } = this.#compilation.compiled();
      const gone = [...this.#dependencies.states.known()].filter((node) => !states.has(node));
      return new Map<string, HostState | undefined>([...states, ...gone.map((node) => [node, undefined] as const)]);
    }
    const { changed, states } = this.#compilation.update({
      objects,
      ledger: reconciled.changes,
      observed,
      certificates,
      identities,
      challenges,
      secrets,
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
function eventOf({ action, project, service, instance, host, reason, isLoss }: Explanation): readonly NewEvent[] {
  if (action === "Wait") return [];
  const object = displayName({ kind: "Service", project, name: service });
  const told = { Place: "Placed", Drain: "Draining", Remove: "Removed", Switch: "Switched" }[action];
  const type = isLoss === true ? "Warning" : "Normal";
  return [{ object, type, reason: told, message: `${instance}${host === null ? "" : ` on ${host}`}: ${reason}` }];
}

const hostEvent = ({ host, action, reason }: HostNews): NewEvent => ({
  object: displayName({ kind: "Host", project: undefined, name: host }),
  type: "Normal",
  reason: action,
  message: reason,
});

const rolloutEvent = ({ project, service, tier, action, reason }: RolloutNews): NewEvent => ({
  object: displayName({ kind: "Service", project, name: service }),
  type: action === "Stopped" || action === "RollingBack" ? "Warning" : "Normal",
  reason: `Rollout${action}`,
  message: `tier ${tier}, ${reason}`,
});

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
