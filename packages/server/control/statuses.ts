/** Keeps the view of objects with their statuses up to date: only what something new is said about is derived again. */
import type { Condition, WireObject } from "@netwright/api";
import { formatInstant, type Clock } from "@netwright/base";
import type { Candidate } from "../apply/candidate.ts";
import type { Metrics } from "../metrics.ts";
import type { Events } from "../state/events.ts";
import type { ContractFacts } from "../monitors/contract-watch.ts";
import type { NodeStates } from "../state/node-states.ts";
import { displayName, keyText, parseKey } from "../state/objects.ts";
import type { ObjectView } from "../state/object-view.ts";
import type { Reports } from "../state/reports.ts";
import { Absences } from "../status/absences.ts";
import type { CertificateFacts } from "../status/certificate-status.ts";
import { measureCertificates } from "../status/measure-certificates.ts";
import { measureProjects } from "../status/measure-projects.ts";
import { indexLedger, type AutoscaleFacts, type DnsFacts, type Facts, type LedgerIndex } from "../status/facts.ts";
import { deriveObject, derivedKeys } from "../status/derive.ts";
import { keysOfChange, keysOfHostnames, keysOfIssuer, keysOfNode } from "./dirty-keys.ts";
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
  readonly certificates: CertificateFacts;
  readonly contracts: ContractFacts;
  readonly autoscale: AutoscaleFacts;
}

export class Statuses {
  readonly #dependencies: StatusDependencies;
  readonly #stages: StageTracker;
  readonly #absences: Absences;
  readonly #dirtyNodes = new Set<string>();
  readonly #dirtyKeys = new Set<string>();
  #ledger: LedgerIndex = indexLedger(new Map());
  /** By service key, then node: the revision with which the service's last change is in force there. */
  readonly #needed = new Map<string, ReadonlyMap<string, number>>();

  constructor(dependencies: StatusDependencies) {
    this.#dependencies = dependencies;
    this.#stages = new StageTracker(dependencies.clock);
    this.#absences = new Absences(dependencies.clock);
  }

  get hasDirty(): boolean {
    return this.#dirtyKeys.size > 0 || this.#dirtyNodes.size > 0;
  }

  revision(): number {
    return this.#dependencies.view.log.revision();
  }

  markNode(node: string): void {
    this.#dirtyNodes.add(node);
  }

  /** @param services as `PROJECT/SERVICE` */
  markServices(services: readonly string[]): void {
    this.#markKeys(
      services.map((service) => {
        const [project = "", name = ""] = service.split("/");
        return keyText({ kind: "Service", project, name });
      }),
    );
  }

  markHostnames(world: World, hostnames: ReadonlySet<string>): void {
    this.#markKeys(keysOfHostnames(world, hostnames));
  }

  markIssuer(world: World, name: string): void {
    this.#markKeys(keysOfIssuer(world, name));
  }

  markObjects(keys: readonly string[]): void {
    this.#markKeys(keys);
  }

  /** For the first time: everything there is. */
  markAll(world: World): void {
    this.#ledger = indexLedger(world.ledger);
    this.#markKeys([...world.items.keys(), ...derivedKeys(world.ledger)]);
  }

  /** @param touched keys of objects that an edit changes something of, without naming them */
  startStages({ changes, items }: Candidate, touched: ReadonlySet<string>, spans: ComputedSpans, flows: string): void {
    const named = changes.filter(({ change }) => change !== "Unchanged").map(({ key }) => key);
    for (const key of new Set([...named, ...touched])) {
      const object = items.get(key)?.object;
      if (object?.kind === "Service") this.#stages.start(key, object, spans, flows);
    }
  }

  /** A round was carried out: services that it changed must now reach the nodes that it changed. */
  accept(before: World, { world, changedNodes }: RoundResult): void {
    if (before.ledger !== world.ledger) this.#ledger = indexLedger(world.ledger);
    const changed = new Set(keysOfChange(before, world));
    for (const key of changed) this.#need(world, key, changedNodes);
    this.#markKeys(changed);
    for (const node of changedNodes.keys()) this.markNode(node);
  }

  /** Derives the statuses of everything that is dirty. */
  refresh(world: World): void {
    this.#markKeys(this.#absences.objects());
    if (!this.hasDirty) return;
    for (const node of this.#dirtyNodes) this.#markKeys(keysOfNode(world, this.#ledger, node));
    const keys = [...this.#dirtyKeys];
    this.#dirtyNodes.clear();
    this.#dirtyKeys.clear();
    const facts = this.facts(world);
    for (const key of keys) this.#derive(facts, world, key);
  }

  facts(world: World): Facts {
    const { clock, reports, states, dns, certificates, contracts, autoscale } = this.#dependencies;
    const { standing: objects, diagnostics } = world;
    const [ledger, absences] = [this.#ledger, this.#absences];
    return {
      objects,
      ledger,
      reports,
      states,
      dns,
      certificates,
      contracts,
      autoscale,
      absences,
      diagnostics,
      now: formatInstant(clock.now()),
    };
  }

  /** Sets the gauges, for whoever reads them now. */
  measure(world: World): void {
    const { metrics, reports, certificates } = this.#dependencies;
    metrics.objects.reset();
    for (const { object } of world.items.values()) metrics.objects.inc({ kind: object.kind });
    measureProjects(metrics, world);
    measureCertificates(metrics, world, certificates);
    metrics.nodesReady.set(nodeNames(world.standing).filter((node) => reports.ready(node) === true).length);
    const ready = [...reports.all()].flatMap(({ report }) => report.instances.filter(({ phase }) => phase === "Ready"));
    metrics.instancesReady.set(ready.length);
  }

  #markKeys(keys: Iterable<string>): void {
    for (const key of keys) this.#dirtyKeys.add(key);
  }

  #need({ standing: objects }: World, key: string, changedNodes: ReadonlyMap<string, number>): void {
    const { kind, project = "", name } = parseKey(key);
    if (kind !== "Service") return;
    const needed = new Map([...(this.#needed.get(key) ?? [])].filter(([host]) => objects.hosts.has(host)));
    for (const { host } of this.#ledger.byService.get(`${project}/${name}`) ?? []) {
      const revision = changedNodes.get(host);
      if (revision !== undefined) needed.set(host, revision);
    }
    this.#needed.set(key, needed);
  }

  #derive(facts: Facts, world: World, key: string): void {
    const { view } = this.#dependencies;
    const before = view.get(key);
    const conditions = conditionsIn(before);
    const needed = this.#needed.get(key) ?? new Map<string, number>();
    const object = deriveObject({ facts, world, key, before: conditions, needed, stages: this.#stages });
    if (object === undefined) {
      view.delete(key);
      this.#stages.forget(key);
      this.#absences.forget(key);
      this.#needed.delete(key);
      return;
    }
    view.set(key, object);
    if (before !== undefined) this.#tellTransitions(displayName(parseKey(key)), conditions, conditionsIn(object));
  }

  #tellTransitions(object: string, before: readonly Condition[], after: readonly Condition[]): void {
    for (const { type, status, reason, message } of after) {
      if (before.find((condition) => condition.type === type)?.status === status) continue;
      const said = status === "True" ? type : status === "False" ? `Not${type}` : `${type}Unknown`;
      const told = { object, reason: said, message: reason === said ? message : `${reason}: ${message}` };
      const trouble = status === "False" && !underWay.has(reason);
      this.#dependencies.events.tell({ ...told, type: trouble ? "Warning" : "Normal" });
    }
  }
}

/** Reasons that pass by themselves while a change is carried out. */
const underWay: ReadonlySet<string> = new Set([
  "Applying",
  "Evacuating",
  "Pulling",
  "StartsAfter",
  "Switching",
  "Issuing",
]);

const conditionsIn = (object: WireObject | undefined): readonly Condition[] =>
  (object?.status?.["conditions"] ?? []) as readonly Condition[];
