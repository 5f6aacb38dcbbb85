/**
 * The one place that changes anything. Applies and the controller's own rounds run one after the other; the rounds are
 * level-triggered: they look at everything as it is, whatever woke them.
 */
import type { ApplyResponse } from "@netwright/api";
import {
  formatInstant,
  messageOf,
  milliseconds,
  seconds,
  type Clock,
  type Entropy,
  type Instant,
  type Milliseconds,
} from "@netwright/base";
import { applyLedgerChanges, Planner, type LedgerChange, type SizeEntry } from "@netwright/compiler";
import type { NodeReport, Store } from "@netwright/contract";
import { Wakeups } from "@netwright/store";
import type { Autoscaler } from "../autoscale/autoscaler.ts";
import { candidateOf } from "../apply/candidate.ts";
import { checkDiagnostics } from "../apply/check.ts";
import { steerRollouts, type RolloutTarget } from "../apply/steer-rollouts.ts";
import type { Subject } from "../auth/subject.ts";
import { discardVolumes, type DiscardRequest } from "../apply/discard-volumes.ts";
import { checkProjects } from "../apply/check-projects.ts";
import { changeOf, describeFlows, eventsOf, writesOf, type EditRequest } from "../apply/record-edit.ts";
import { publicPlan } from "../auth/private-text.ts";
import { permitted } from "../auth/scope.ts";
import type { Tokens } from "../auth/tokens.ts";
import type { Log } from "@netwright/base";
import type { Metrics } from "../metrics.ts";
import { endedPrograms } from "../state/ended-programs.ts";
import type { Events, NewEvent } from "../state/events.ts";
import { nextChangeId, summaryOf } from "../state/history.ts";
import { keyText } from "../state/objects.ts";
import type { Reports } from "../state/reports.ts";
import type { Facts } from "../status/facts.ts";
import { volumesIn } from "../status/project-status.ts";
import { newUid } from "../state/uid.ts";
import type { Decision, Edited, Rounds, RoundResult } from "./round.ts";
import type { Certificates } from "./certificates.ts";
import type { Identities } from "./identities.ts";
import { checkOwnCertificates } from "./own-certificates.ts";
import { sealEdit } from "../secrets/seal-edit.ts";
import type { Sealer } from "../secrets/sealer.ts";
import { Readiness } from "./readiness.ts";
import { Serial } from "./serial.ts";
import type { Statuses } from "./statuses.ts";
import { nodeNames, type World } from "./world.ts";

export interface ControllerDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly events: Events;
  readonly reports: Reports;
  readonly rounds: Rounds;
  readonly statuses: Statuses;
  readonly certificates: Certificates;
  readonly identities: Identities;
  readonly autoscaler: Autoscaler;
  readonly sealer: Sealer;
  readonly tokens: Tokens;
  /** Called after every round that changed something. */
  readonly onWorld: () => void;
}

export interface SteerRequest {
  readonly action: "Pause" | "Resume";
  readonly subject: Subject;
  readonly dryRun: boolean;
}

/** How often readiness of nodes and unwritten events are looked at. */
const tick: Milliseconds = seconds(1);

export class Controller {
  readonly #dependencies: ControllerDependencies;
  readonly #serial = new Serial();
  readonly #wakeups = new Wakeups();
  readonly #planner = new Planner();
  #world: World;
  #nextAt: Instant | null = null;
  #roundWanted = true;
  readonly #readiness = new Readiness();
  /** Told in the next turn: between two steps of writing events nothing may be told. */
  #ended: NewEvent[] = [];
  #started = false;

  constructor(dependencies: ControllerDependencies, world: World) {
    this.#dependencies = dependencies;
    this.#world = world;
  }

  get world(): World {
    return this.#world;
  }

  /** False until the first round: nodes have no states yet. */
  get started(): boolean {
    return this.#started;
  }

  /** Sets the gauges of metrics. */
  measure(): void {
    this.#dependencies.statuses.measure(this.#world);
  }

  facts(): Facts {
    return this.#dependencies.statuses.facts(this.#world);
  }

  /** Compiles what is stored. Nodes get their states only after this. */
  async start(): Promise<void> {
    await this.#serial.run(() => this.#round());
    this.#dependencies.statuses.markAll(this.#world);
    this.#dependencies.statuses.refresh(this.#world);
    this.#started = true;
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#serial.run(() => this.#turn());
      if (!this.#roundWanted && !this.#dependencies.statuses.hasDirty) await this.#pause(signal);
    }
    await this.#serial.run(() => this.#writeEvents());
  }

  /** @throws NetwrightError with everything that is wrong; nothing is changed then. */
  edit(request: EditRequest): Promise<ApplyResponse> {
    return this.#serial.run(() => this.#edit(request));
  }

  /** A round of its own: something new is there that nodes must have. */
  round(): Promise<void> {
    return this.#serial.run(() => this.#round());
  }

  /** Something new is to be said of this issuer, or of the services with these hostnames. */
  certificatesChanged(about: { readonly issuer: string } | { readonly hostnames: ReadonlySet<string> }): void {
    const { statuses } = this.#dependencies;
    if ("issuer" in about) statuses.markIssuer(this.#world, about.issuer);
    else statuses.markHostnames(this.#world, about.hostnames);
    this.#wakeups.wake();
  }

  /** Lets go of volumes: their hosts remove the data. @throws NW1501 for those that are not there, NW1303 while one is in use. */
  discard(request: DiscardRequest): Promise<ApplyResponse> {
    return this.#serial.run(async () => {
      const { log, statuses } = this.#dependencies;
      const discarded = discardVolumes(this.#world, request, this.facts());
      const answer = { change: null, plan: discarded.plan, diagnostics: [] };
      if (request.dryRun || discarded.changes.length === 0) return { ...answer, revision: statuses.revision() };
      await this.#changeLedger(discarded);
      for (const { object } of discarded.events)
        log.info("Object", { change: "Delete", object, by: request.subject.name });
      const revision = statuses.revision();
      statuses.refresh(this.#world);
      return { ...answer, revision };
    });
  }

  /** Pauses or resumes rollouts. @throws NW1501 for tiers that are not there. */
  steer(target: RolloutTarget, { subject, dryRun, action }: SteerRequest): Promise<ApplyResponse> {
    return this.#serial.run(async () => {
      const { clock, log, statuses } = this.#dependencies;
      const steered = steerRollouts(this.#world, target, { action, by: subject.name, now: clock.now() });
      const plan = { objects: [], addresses: [], placements: [], replaced: [], nodes: [], flows: [] };
      if (!dryRun && steered.changes.length > 0) {
        await this.#changeLedger(steered);
        for (const { object } of steered.events) log.info("Rollout", { action, object, by: subject.name });
        statuses.refresh(this.#world);
      }
      return { plan, change: null, diagnostics: [], revision: statuses.revision() };
    });
  }

  /** A round whose ledger begins with changes that nobody reconciled. */
  async #changeLedger({
    changes,
    events,
  }: Pick<Edited, "events"> & { changes: readonly LedgerChange[] }): Promise<void> {
    const { rounds } = this.#dependencies;
    const before = this.#world;
    const ledger = applyLedgerChanges(before.ledger, changes);
    const decision = rounds.decide({ ...before, ledger }, before.items);
    const all = [...changes, ...decision.reconciled.changes];
    const reconciled = { ...decision.reconciled, changes: [...new Map(all.map((each) => [each.key, each])).values()] };
    const result = await rounds.carryOut({ ...decision, reconciled }, { writes: [], keys: [], events });
    this.#accept({ ...decision, reconciled }, result);
  }

  /** Runs something while nothing is edited. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(work);
  }

  report(report: NodeReport): void {
    const { reports, statuses } = this.#dependencies;
    if (!nodeNames(this.#world.standing).includes(report.node)) return;
    this.#ended.push(...endedPrograms(reports.get(report.node)?.report, report, this.#world.ledger));
    const news = reports.take(report);
    if (news === "Nothing") return;
    statuses.markNode(report.node);
    this.#roundWanted ||= news === "Phases";
    this.#wakeups.wake();
  }

  /** Records of these hostnames were written, or could not be. */
  recordsChanged(hostnames: ReadonlySet<string>): void {
    this.#dependencies.statuses.markHostnames(this.#world, hostnames);
    this.#wakeups.wake();
  }

  /** Monitors see something else of the contracts of these objects. */
  contractsSeen(keys: readonly string[]): void {
    this.#dependencies.statuses.markObjects(keys);
    this.#wakeups.wake();
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#dependencies;
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    const span = Math.min(tick, Math.max(1, (this.#nextAt ?? Infinity) - clock.now()));
    await Promise.race([this.#wakeups.next(ended), clock.sleep(milliseconds(span), ended).catch(() => {})]);
    over.abort();
  }

  async #turn(): Promise<void> {
    const { autoscaler, certificates, clock, events, identities } = this.#dependencies;
    const { log, metrics, reports, rounds, statuses } = this.#dependencies;
    for (const event of this.#ended.splice(0)) events.tell(event);
    const changed = this.#readiness.changed(nodeNames(this.#world.standing), (node) => reports.ready(node));
    // Where something is on its way out, the next round has its time.
    const departed = this.#nextAt !== null && rounds.anyDeparted(this.#world);
    const renewal = certificates.anyDue() || identities.anyDue();
    const due = departed || (this.#nextAt !== null && clock.now() >= this.#nextAt) || renewal;
    for (const node of changed) statuses.markNode(node);
    statuses.markHostnames(this.#world, certificates.news());
    try {
      const { sizes, news } = autoscaler.look(this.#world, () => this.facts());
      for (const event of news) events.tell(event);
      if (this.#roundWanted || due || changed.length > 0 || sizes.length > 0) await this.#round(sizes);
      statuses.refresh(this.#world);
      if (events.writesDue()) await this.#writeEvents();
    } catch (failure) {
      // Level-triggered: whatever failed is tried again as a whole.
      metrics.roundFailures.inc();
      log.error("RoundFailed", {
        message: messageOf(failure),
        stack: failure instanceof Error ? failure.stack : undefined,
      });
      await clock.sleep(tick);
      this.#roundWanted = true;
    }
  }

  async #round(sizes: readonly SizeEntry[] = []): Promise<void> {
    const { clock, metrics, rounds } = this.#dependencies;
    const started = clock.monotonic();
    this.#roundWanted = false;
    const decision = rounds.decide(this.#world, this.#world.items, { sizes });
    const result = await rounds.carryOut(decision);
    this.#accept(decision, result);
    metrics.roundDuration.observe((clock.monotonic() - started) / 1000);
  }

  async #edit(request: EditRequest): Promise<ApplyResponse> {
    const { clock, log, metrics, rounds, entropy, sealer, statuses, store } = this.#dependencies;
    const started = clock.monotonic();
    const before = this.#world;
    const stamp = { uid: () => newUid(entropy), now: formatInstant(clock.now()) };
    const edit = sealEdit(sealer, before.items, permitted(request.subject, request.edit(before.items)));
    const candidate = candidateOf(before, edit, stamp);
    const decision = rounds.decide(before, candidate.items, { pins: edit.pins });
    const volumes = volumesIn(before.ledger);
    const { tokens } = this.#dependencies;
    checkProjects([before.objects, decision.world.objects], candidate.changes, { tokens, volumes });
    checkDiagnostics(before.diagnostics, decision.reconciled.diagnostics, candidate.changes);
    checkOwnCertificates(sealer, clock.now(), decision.world.objects, candidate.changes);
    const reconciled = milliseconds(clock.monotonic() - started);
    const named = new Set(candidate.changes.map(({ object }) => object));
    const planned = clock.monotonic();
    const plan = this.#planner.plan({
      before: before.objects,
      after: decision.world.objects,
      ledger: before.ledger,
      observed: decision.observed,
      now: clock.now(),
      named,
      project: request.subject.project,
    });
    const spans = { reconciled, planned: milliseconds(clock.monotonic() - planned) };
    const answer = { plan: request.subject.project === null ? plan : publicPlan(plan), diagnostics: [] };
    if (request.dryRun) return { ...answer, change: null, revision: statuses.revision() };
    const change = changeOf(request, candidate, { id: nextChangeId(store), at: stamp.now, ledger: before.ledger });
    const written = candidate.changes.filter(({ before: old, after }) => old !== after).map(({ key }) => key);
    if (written.length === 0) {
      metrics.applies.inc({ outcome: "Unchanged" });
      return { ...answer, change: null, revision: statuses.revision() };
    }
    const result = await rounds.carryOut(decision, {
      writes: writesOf(candidate, change),
      keys: written,
      events: eventsOf(request, candidate),
    });
    const placed = decision.reconciled.explanations.filter(({ action }) => action === "Place");
    const touched = new Set(placed.map(({ project, service }) => keyText({ kind: "Service", project, name: service })));
    statuses.startStages(candidate, touched, { ...spans, compiled: result.compiled }, describeFlows(plan));
    this.#accept(decision, result);
    for (const { change: what, object } of candidate.changes)
      if (what !== "Unchanged") log.info("Object", { change: what, object, by: request.subject.name });
    const revision = statuses.revision();
    statuses.refresh(this.#world);
    metrics.applies.inc({ outcome: "Applied" });
    metrics.applyDuration.observe((clock.monotonic() - started) / 1000);
    return { ...answer, change: change === undefined ? null : summaryOf(change), revision };
  }

  #forgetNodes(before: World): void {
    if (before.standing === this.#world.standing) return;
    const present = new Set(nodeNames(this.#world.standing));
    for (const node of nodeNames(before.standing)) if (!present.has(node)) this.#dependencies.reports.forget(node);
  }

  #accept({ reconciled }: Decision, result: RoundResult): void {
    const { log, metrics, statuses, store, onWorld } = this.#dependencies;
    const before = this.#world;
    this.#world = result.world;
    this.#nextAt = reconciled.nextAt;
    this.#roundWanted ||= reconciled.changes.length > 0;
    metrics.storeRevision.set(store.revision());
    metrics.stateChanges.inc(result.changedNodes.size);
    statuses.accept(before, result);
    this.#forgetNodes(before);
    onWorld();
    // An edit's round happens beside the loop, which may be asleep.
    this.#wakeups.wake();
    for (const [node, revision] of result.changedNodes) log.info("NodeState", { node, revision });
  }

  async #writeEvents(): Promise<void> {
    const { events, store } = this.#dependencies;
    if (!events.hasUnwritten) return;
    const { writes, done } = events.takeWrites();
    await store.commit(writes);
    done();
  }
}
