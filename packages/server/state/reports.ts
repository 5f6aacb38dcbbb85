/** What agents said last, and how long ago. In memory: after a restart they say it again. */
import { milliseconds, seconds, type Clock, type Digest, type Instant, type Milliseconds } from "@netwright/base";
import type { DeniedFlow, ImageReport, InstancePhase, NodeReport, Slot, Store, StoreWrite } from "@netwright/contract";
import type { Observed, ObservedInstance, ObservedNode, Served } from "@netwright/compiler";
import { Wakeups } from "@netwright/store";

/** Agents report at least every 3 s; three missed reports and a bit. */
export const reportTimeout: Milliseconds = seconds(10);
/** How long a node may take to be heard of for the first time, or again after a restart of the server. */
export const firstReportTimeout: Milliseconds = seconds(30);

export interface Heard {
  readonly report: NodeReport;
  /** Wall clock of this server: an agent's clock may be wrong. */
  readonly at: Instant;
  /** When each denied flow's counter rose last, by its key. */
  readonly deniedAt: ReadonlyMap<string, Instant>;
  /** By this server's monotonic clock. */
  readonly monotonic: Milliseconds;
  /** Since when it says that this revision is in force; null while it is not. */
  readonly convergedSince: Milliseconds | null;
}

/** An agent may have looked at connections this long before it reports them. */
const staleness: Milliseconds = seconds(1);

/** What a node tells its routers is in their kernels after this: milliseconds, and room for a busy machine. */
const settling: Milliseconds = milliseconds(500);

/** What lets packets pass. A report comes after a round: what the round could not do there is among its problems. */
const slots: ReadonlySet<Slot> = new Set(["links", "firewall"]);

const prefix = "observed/";

export const deniedKey = (
  project: string,
  network: string,
  { from, to, protocol, port, destination, outside }: DeniedFlow,
): string =>
  `${project}/${network} ${outside?.source ?? from} ${outside?.destination ?? destination ?? to} ${protocol} ${port}`;

/** What is new in a report: nothing, what statuses show, or phases of instances and images looked up, which decisions depend on. */
export type News = "Nothing" | "Details" | "Phases";

export class Reports {
  /** Wakes with every report. */
  readonly wakeups = new Wakeups();
  readonly #clock: Clock;
  readonly #heard = new Map<string, Heard>();
  readonly #expected = new Map<string, Milliseconds>();
  /** By node; from before the restart until the node reports. */
  readonly #phases: Map<string, Phases>;
  /** Nodes whose phases are not stored as they are. */
  readonly #unwritten = new Set<string>();

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    const { records } = store.list(prefix);
    this.#phases = new Map(records.map(({ key, value }) => [key.slice(prefix.length), JSON.parse(value) as Phases]));
  }

  /** @returns how much of it is new. */
  take(report: NodeReport): News {
    const { node } = report;
    const before = this.#heard.get(node);
    const now = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    const same = before?.report.revision === report.revision;
    const convergedSince = report.converged ? ((same ? before.convergedSince : null) ?? monotonic) : null;
    const entry = { report, at: now, monotonic, convergedSince, deniedAt: deniedTimes(report, before, now) };
    this.#heard.set(node, entry);
    this.wakeups.wake();
    if (before !== undefined && content(before.report) === content(report)) return "Nothing";
    const phases = phasesOf(report);
    const samePhases = before !== undefined && JSON.stringify(this.#phases.get(node)) === JSON.stringify(phases);
    const sameFinds = before !== undefined && findsText(before.report) === findsText(report);
    if (samePhases) return sameFinds ? "Details" : "Phases";
    this.#phases.set(node, phases);
    this.#unwritten.add(node);
    return "Phases";
  }

  get(node: string): Heard | undefined {
    return this.#heard.get(node);
  }

  all(): Iterable<Heard> {
    return this.#heard.values();
  }

  /** Undefined while it was not heard of and there is time left for that. */
  ready(node: string): boolean | undefined {
    const heard = this.#heard.get(node);
    const now = this.#clock.monotonic();
    if (heard !== undefined) return now - heard.monotonic <= reportTimeout;
    const since = this.#expected.get(node) ?? now;
    this.#expected.set(node, since);
    return now - since <= firstReportTimeout ? undefined : false;
  }

  forget(node: string): void {
    this.#heard.delete(node);
    this.#expected.delete(node);
    if (this.#phases.delete(node)) this.#unwritten.add(node);
  }

  /**
   * Instances of nodes that did not report yet are as they were before the restart.
   * @param revisions of the states that nodes should be in
   * @param lately what proxies saw of instances, by `PROJECT/ID`
   */
  observed(
    nodes: readonly string[],
    revisions: ReadonlyMap<string, number>,
    lately: ReadonlyMap<string, Served> = new Map(),
  ): Observed {
    const idle = this.#idle(nodes, revisions);
    const instances = new Map<string, ObservedInstance>();
    const known = new Map<string, ObservedNode>();
    const images = new Map<string, Digest>();
    for (const node of nodes) {
      for (const { name, digest } of lookedUp(this.#heard.get(node)?.report)) {
        if (digest !== null && !images.has(name)) images.set(name, digest);
      }
      const report = this.#heard.get(node)?.report;
      const connections = connectionsIn(report);
      const flapping = flappingIn(report);
      const told = toldOf(report);
      for (const [key, phase] of this.#phases.get(node) ?? []) {
        const open = connections.get(key);
        const served = lately.get(key);
        instances.set(key, {
          phase,
          ...(flapping.has(key) ? { flapping: true } : {}),
          ...(idle.has(key) ? { drained: true } : {}),
          ...(open === undefined ? {} : { connections: open }),
          ...told.get(key),
          ...(served === undefined ? {} : { served }),
        });
      }
      const ready = this.ready(node);
      if (ready !== undefined) known.set(node, this.#observedNode(node, ready, revisions.get(node)));
    }
    return { instances, nodes: known, ...(images.size > 0 ? { images } : {}) };
  }

  #observedNode(node: string, ready: boolean, revision: number | undefined): ObservedNode {
    const heard = this.#heard.get(node);
    const [now, monotonic] = [this.#clock.now(), this.#clock.monotonic()];
    // A node that was never heard of is silent for as long as one is that was heard of when it was expected last.
    const last = heard?.monotonic ?? (this.#expected.get(node) ?? monotonic) + firstReportTimeout - reportTimeout;
    const heardAt = (now - (monotonic - last)) as Instant;
    if (!ready || heard === undefined) return { ready, heardAt };
    const { report, convergedSince } = heard;
    const volumes = report.volumes === undefined ? {} : { volumes: new Set(report.volumes) };
    const told = report.announced.filter(({ neighbors }) => neighbors.length > 0).map((entry) => entry.prefix);
    const settled = convergedSince !== null && report.revision === revision && monotonic >= convergedSince + settling;
    const inForce = report.revision === revision && !report.problems.some(({ slot }) => slots.has(slot));
    return { ready, heardAt, announced: new Set(told), inForce, settled, ...volumes };
  }

  /**
   * Instances without a connection, by key. Only once every node does what it should: before that, one of them may
   * still send new connections to an instance that takes none any more.
   */
  #idle(nodes: readonly string[], revisions: ReadonlyMap<string, number>): ReadonlySet<string> {
    const heard = nodes.map((node) => (this.ready(node) === true ? this.#heard.get(node) : undefined));
    const idle = new Set<string>();
    let settledAt = 0;
    for (const [index, node] of nodes.entries()) {
      const { report, convergedSince = null } = heard[index] ?? {};
      if (report === undefined || convergedSince === null || report.revision !== revisions.get(node)) return idle;
      settledAt = Math.max(settledAt, convergedSince);
    }
    for (const { report, monotonic } of heard.filter((one) => one !== undefined)) {
      if (monotonic < settledAt + staleness) continue;
      for (const { project, id, connections } of report.instances) if (connections === 0) idle.add(`${project}/${id}`);
    }
    return idle;
  }

  /** What makes `observed` the same after a restart, for the next commit; `done` says that it was committed. */
  takeWrites(): { readonly writes: readonly StoreWrite[]; readonly done: () => void } {
    const nodes = new Map([...this.#unwritten].map((node) => [node, this.#phases.get(node)]));
    const writes = [...nodes].map(([node, phases]): StoreWrite =>
      phases === undefined
        ? { kind: "Delete", key: prefix + node }
        : { kind: "Put", key: prefix + node, value: JSON.stringify(phases) },
    );
    const done = (): void => {
      for (const [node, phases] of nodes) if (this.#phases.get(node) === phases) this.#unwritten.delete(node);
    };
    return { writes, done };
  }
}

/** Images whose name nobody had looked up before this node did. */
const lookedUp = (report: NodeReport | undefined): readonly ImageReport[] =>
  (report?.images ?? []).filter(({ resolved }) => resolved);

/** By key `PROJECT/ID`; of instances that have any notion of them. */
const connectionsIn = (report: NodeReport | undefined): ReadonlyMap<string, number> =>
  new Map(
    (report?.instances ?? []).flatMap(({ project, id, connections }) =>
      connections === null ? [] : [[`${project}/${id}`, connections] as const],
    ),
  );

/** What is told of those that are not ready. */
const toldOf = (report: NodeReport | undefined): ReadonlyMap<string, Pick<ObservedInstance, "restarts" | "message">> =>
  new Map(
    (report?.instances ?? []).flatMap(({ project, id, phase, restarts, message }) =>
      phase === "Ready" ? [] : [[`${project}/${id}`, { restarts, message }] as const],
    ),
  );

const flappingIn = (report: NodeReport | undefined): ReadonlySet<string> =>
  new Set(
    (report?.instances ?? []).flatMap(({ project, id, phase, reason }) =>
      phase === "Unhealthy" && reason === "Flapping" ? [`${project}/${id}`] : [],
    ),
  );

/** What decisions depend on beside phases: images looked up, and volumes that are there. */
const findsText = (report: NodeReport): string =>
  JSON.stringify([lookedUp(report).map(({ name, digest }) => [name, digest]), report.volumes]);

/** By key `PROJECT/ID`, sorted. */
type Phases = readonly (readonly [string, InstancePhase])[];

const phasesOf = ({ instances }: NodeReport): Phases =>
  instances
    .map(({ project, id, phase }) => [`${project}/${id}`, phase] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

const restless: ReadonlySet<string> = new Set(["connections", "goodUntil"]);

/**
 * Everything but when it was said and how many connections there were just then. Of volumes a hundredth more or less:
 * those that are written to would be news with every report.
 */
const content = ({ at: _, volumeUsage = [], ...report }: NodeReport): string =>
  JSON.stringify(
    [
      report,
      volumeUsage.map(({ id, sizeBytes, usedBytes }) => [id, sizeBytes, Math.floor((usedBytes / sizeBytes) * 100)]),
    ],
    (key, value: unknown) => (restless.has(key) ? undefined : value),
  );

function deniedTimes(report: NodeReport, before: Heard | undefined, now: Instant): ReadonlyMap<string, Instant> {
  const earlier = new Map<string, number>();
  for (const network of before?.report.networks ?? []) {
    for (const flow of network.denied) earlier.set(deniedKey(network.project, network.name, flow), flow.packets);
  }
  const times = new Map<string, Instant>();
  for (const network of report.networks) {
    for (const flow of network.denied) {
      const key = deniedKey(network.project, network.name, flow);
      times.set(key, earlier.get(key) === flow.packets ? (before?.deniedAt.get(key) ?? now) : now);
    }
  }
  return times;
}
