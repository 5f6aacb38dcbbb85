/**
 * The one place that changes anything. Applies and the controller's own rounds run one after the other; the rounds are
 * level-triggered: they look at everything as it is, whatever woke them.
 */
import type { ApplyResponse } from "@netwright/api";
import { messageOf, milliseconds, seconds, type Instant, type Milliseconds } from "@netwright/base";
import { applyLedgerChanges, Planner, type LedgerChange, type SizeEntry } from "@netwright/compiler";
import type { NodeReport } from "@netwright/contract";
import { Wakeups } from "@netwright/store";
import type { Remembered } from "../autoscale/autoscaler.ts";
import { steerRollouts, type RolloutTarget } from "../apply/steer-rollouts.ts";
import { discardVolumes, type DiscardRequest } from "../apply/discard-volumes.ts";
import { changeOf, describeProof, eventsOf, writesOf, type EditRequest } from "../apply/record-edit.ts";
import type { Subject } from "../auth/subject.ts";
import { visibleChange } from "../auth/visible-changes.ts";
import { endedPrograms } from "../state/ended-programs.ts";
import { admitChange } from "../proof/admission.ts";
import type { NewEvent } from "../state/events.ts";
import { nextChangeId, summaryOf } from "../state/history.ts";
import { keyText } from "../state/objects.ts";
import type { Facts } from "../status/facts.ts";
import type { ControllerDependencies } from "./dependencies.ts";
import type { Decision, Edited, RoundResult } from "./round.ts";
import { prepareEdit, type PreparedEdit } from "./prepare-edit.ts";
import { planFor, refuseBroken, type ProvedEdit } from "./proved-edit.ts";
import { Readiness } from "./readiness.ts";
import { Serial } from "./serial.ts";
import { nodeNames, type World } from "./world.ts";

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
  /** Of edits and what must not happen beside one. */
  readonly #edits = new Serial();
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
    await this.#serial.run(() => this.#remember(this.#dependencies.autoscaler.rememberAll(), true));
  }

  /** @throws NetwrightError with everything that is wrong; nothing is changed then. */
  edit(request: EditRequest): Promise<ApplyResponse> {
    return this.#edits.run(() => this.#edit(request));
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
    return this.#edits.run(() => this.#serial.run(work));
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
      const { sizes, news, changed: sized } = autoscaler.look(this.#world, () => this.facts());
      for (const event of news) events.tell(event);
      statuses.markServices(sized);
      if (this.#roundWanted || due || changed.length > 0 || sizes.length > 0) await this.#round(sizes);
      statuses.refresh(this.#world);
      await this.#remember(autoscaler.rememberLearned(), events.writesDue());
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
    const { autoscaler, clock, metrics, rounds } = this.#dependencies;
    const started = clock.monotonic();
    this.#roundWanted = false;
    const decision = rounds.decide(this.#world, this.#world.items, { sizes });
    const remembered = sizes.length === 0 ? undefined : autoscaler.rememberSizes(sizes);
    const result = await rounds.carryOut(decision, { writes: remembered?.writes ?? [], keys: [], events: [] });
    remembered?.done();
    this.#accept(decision, result);
    metrics.roundDuration.observe((clock.monotonic() - started) / 1000);
  }

  /**
   * Proved while nothing is held up: rounds and reports go on. Invariant: only edits change objects, and this is the only one, so
   * that what was proved is what is stored; where instances are by then is no matter of contracts.
   */
  async #edit(request: EditRequest): Promise<ApplyResponse> {
    const { clock, prover, statuses } = this.#dependencies;
    const started = clock.monotonic();
    const prepared = await this.#serial.run(async () => this.#prepare(request));
    const { candidate, decision, foreseen, before } = prepared;
    const proving = clock.monotonic();
    const change = { before: before.items, after: decision.world.items, changes: candidate.changes, foreseen };
    const admission = candidate.changes.every(({ change: what }) => what === "Unchanged")
      ? undefined
      : await admitChange(prover, change, request.subject.project);
    const spans = { ...prepared.spans, planned: milliseconds(prepared.spans.planned + clock.monotonic() - proving) };
    refuseBroken(admission, request);
    const plan = planFor(request, foreseen.plan, admission);
    if (request.dryRun) return { plan, diagnostics: [], change: null, revision: statuses.revision() };
    return this.#serial.run(async () => {
      const last = this.#world === before ? prepared : this.#prepare(request);
      return this.#commit(request, { ...last, spans }, { plan, admission, started });
    });
  }

  #prepare = (request: EditRequest): PreparedEdit =>
    prepareEdit(this.#dependencies, this.#planner, this.#world, request);

  async #commit(
    request: EditRequest,
    { before, candidate, decision, foreseen, spans, at }: PreparedEdit,
    { plan, admission, started }: ProvedEdit,
  ): Promise<ApplyResponse> {
    const { clock, log, metrics, rounds, statuses, store } = this.#dependencies;
    const answer = { plan, diagnostics: [] };
    const { accepted = [] } = admission?.contracts ?? {};
    const change = changeOf(request, candidate, { id: nextChangeId(store), at, ledger: before.ledger, accepted });
    const written = candidate.changes.filter(({ before: old, after }) => old !== after).map(({ key }) => key);
    if (written.length === 0) {
      metrics.applies.inc({ outcome: "Unchanged" });
      return { ...answer, change: null, revision: statuses.revision() };
    }
    const result = await rounds.carryOut(decision, {
      writes: writesOf(candidate, change),
      keys: written,
      events: eventsOf(request, candidate, accepted),
    });
    const placed = decision.reconciled.explanations.filter(({ action }) => action === "Place");
    const touched = new Set(placed.map(({ project, service }) => keyText({ kind: "Service", project, name: service })));
    const proven = describeProof(foreseen.plan, admission?.contracts);
    statuses.startStages(candidate, touched, { ...spans, compiled: result.compiled }, proven);
    this.#accept(decision, result);
    for (const { change: what, object } of candidate.changes)
      if (what !== "Unchanged") log.info("Object", { change: what, object, by: request.subject.name });
    const revision = statuses.revision();
    statuses.refresh(this.#world);
    metrics.applies.inc({ outcome: "Applied" });
    metrics.applyDuration.observe((clock.monotonic() - started) / 1000);
    return {
      ...answer,
      change: change === undefined ? null : visibleChange(request.subject.project, summaryOf(change)),
      revision,
    };
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

  /** Nothing where there is nothing to write. @param alsoEvents with those that were told */
  async #remember({ writes, done }: Remembered, alsoEvents: boolean): Promise<void> {
    const { events, store } = this.#dependencies;
    const told = alsoEvents && events.hasUnwritten ? events.takeWrites() : undefined;
    if (writes.length === 0 && told === undefined) return;
    await store.commit([...writes, ...(told?.writes ?? [])]);
    done();
    told?.done();
  }
}
