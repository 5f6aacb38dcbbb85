/** Keeps the view of objects with their statuses up to date: only what something new is said about is derived again. */
import type { Condition } from "@netwright/api";
import { formatInstant, type Clock } from "@netwright/base";
import type { Candidate } from "../apply/candidate.ts";
import type { Metrics } from "../metrics.ts";
import type { Events } from "../state/events.ts";
import type { NodeStates } from "../state/node-states.ts";
import { displayName, keyText, parseKey } from "../state/objects.ts";
import type { ObjectView } from "../state/object-view.ts";
import type { Reports } from "../state/reports.ts";
import { indexLedger, type DnsFacts, type Facts, type LedgerIndex } from "../status/facts.ts";
import { deriveObject, derivedKeys } from "../status/derive.ts";
import type { RoundResult } from "./round.ts";
import { StageTracker, type ComputedSpans } from "./stages.ts";
import { nodeNames, type World } from "./world.ts";

export interface StatusDependencies {
  readonly clock: Clock;
  readonly events: Events;
  readonly metrics: Metrics;
  readonly reports: Reports;
  readonly states: NodeStates;
  readonly view: ObjectView;
  readonly dns: DnsFacts;
}

export class Statuses {
  readonly #dependencies: StatusDependencies;
  readonly #stages: StageTracker;
  readonly #dirtyNodes = new Set<string>();
  #allDirty = true;
  #ledger: LedgerIndex = indexLedger(new Map());
  /** By service key, then node: the revision with which the service's last change is in force there. */
  readonly #needed = new Map<string, Map<string, number>>();

  constructor(dependencies: StatusDependencies) {
    this.#dependencies = dependencies;
    this.#stages = new StageTracker(dependencies.clock);
  }

  get hasDirty(): boolean {
    return this.#allDirty || this.#dirtyNodes.size > 0;
  }

  revision(): number {
    return this.#dependencies.view.log.revision();
  }

  markAll(): void {
    this.#allDirty = true;
  }

  markNode(node: string): void {
    this.#dirtyNodes.add(node);
  }

  startStages({ changes }: Candidate, spans: ComputedSpans, flows: string): void {
    for (const { key, change, after } of changes) {
      if (change === "Unchanged" || after?.object.kind !== "Service") continue;
      this.#stages.start(key, after.object, spans, flows);
    }
  }

  /** A round was carried out: services that it changed must now reach the nodes that it changed. */
  accept(before: World, { world, changedNodes }: RoundResult): void {
    this.#allDirty = true;
    const earlier = this.#ledger.byService;
    if (before.ledger !== world.ledger) this.#ledger = indexLedger(world.ledger);
    for (const [key, { object }] of world.items) {
      if (object.kind !== "Service") continue;
      const service = `${object.metadata.project}/${object.metadata.name}`;
      const instances = this.#ledger.byService.get(service) ?? [];
      if (before.items.get(key) === world.items.get(key) && sameList(earlier.get(service) ?? [], instances)) continue;
      const needed = new Map([...(this.#needed.get(key) ?? [])].filter(([host]) => world.objects.hosts.has(host)));
      for (const { host } of instances) {
        const revision = changedNodes.get(host);
        if (revision !== undefined) needed.set(host, revision);
      }
      this.#needed.set(key, needed);
    }
  }

  /** Derives the statuses of everything that is dirty. */
  refresh(world: World): void {
    if (!this.hasDirty) return;
    if (this.#ledger.entries !== world.ledger) this.#ledger = indexLedger(world.ledger);
    const facts = this.facts(world);
    const dirty = this.#allDirty ? undefined : this.#dirtyKeys(world);
    this.#allDirty = false;
    this.#dirtyNodes.clear();
    const wanted = dirty ?? new Set([...world.items.keys(), ...derivedKeys(facts)]);
    for (const key of wanted) this.#derive(facts, world, key);
    if (dirty === undefined) this.#removeGone(wanted);
    this.#count(facts, world);
  }

  facts(world: World): Facts {
    const { clock, reports, states, dns } = this.#dependencies;
    return {
      objects: world.objects,
      ledger: this.#ledger,
      reports,
      states,
      dns,
      diagnostics: world.diagnostics,
      now: formatInstant(clock.now()),
    };
  }

  /** What a report of a node can change: the node, its instances, and services with an instance there or announced by it. */
  #dirtyKeys(world: World): Set<string> {
    const keys = new Set<string>();
    for (const node of this.#dirtyNodes) {
      if (world.objects.hosts.has(node)) keys.add(`Host/${node}`);
      // What a router says matters to every announced address.
      if (world.objects.routers.has(node)) {
        keys.add(`Router/${node}`);
        for (const [key, { object }] of world.items) if (object.kind === "Service") keys.add(key);
      }
      for (const { project, service, id } of this.#ledger.byHost.get(node) ?? []) {
        keys.add(keyText({ kind: "Service", project, name: service }));
        keys.add(keyText({ kind: "Instance", project, name: id }));
      }
    }
    return keys;
  }

  #removeGone(wanted: ReadonlySet<string>): void {
    for (const key of this.#dependencies.view.keys()) {
      if (wanted.has(key)) continue;
      this.#dependencies.view.delete(key);
      this.#stages.forget(key);
      this.#needed.delete(key);
    }
  }

  #derive(facts: Facts, world: World, key: string): void {
    const { view } = this.#dependencies;
    const before = view.get(key);
    const conditions = (before?.status?.["conditions"] ?? []) as readonly Condition[];
    const needed = this.#needed.get(key) ?? new Map<string, number>();
    const object = deriveObject({ facts, world, key, before: conditions, needed, stages: this.#stages });
    if (object === undefined) return;
    view.set(key, object);
    const after = (object.status?.["conditions"] ?? []) as readonly Condition[];
    if (before !== undefined) this.#tellTransitions(displayName(parseKey(key)), conditions, after);
  }

  #tellTransitions(object: string, before: readonly Condition[], after: readonly Condition[]): void {
    for (const { type, status, reason, message } of after) {
      if (before.find((condition) => condition.type === type)?.status === status) continue;
      const said = status === "True" ? type : status === "False" ? `Not${type}` : `${type}Unknown`;
      this.#dependencies.events.tell({
        object,
        type: status === "False" ? "Warning" : "Normal",
        reason: said,
        message: `${reason}: ${message}`,
      });
    }
  }

  #count(facts: Facts, world: World): void {
    const { metrics, reports } = this.#dependencies;
    metrics.objects.reset();
    for (const { object } of world.items.values()) metrics.objects.inc({ kind: object.kind });
    metrics.nodesReady.set(nodeNames(world.objects).filter((node) => reports.ready(node) === true).length);
    const ready = [...facts.reports.all()].flatMap(({ report }) =>
      report.instances.filter(({ phase }) => phase === "Ready"),
    );
    metrics.instancesReady.set(ready.length);
  }
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);
