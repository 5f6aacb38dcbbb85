/** What agents said last, and how long ago. In memory: after a restart they say it again. */
import { seconds, type Clock, type Instant, type Milliseconds } from "@netwright/base";
import type { DeniedFlow, InstancePhase, NodeReport, Store, StoreWrite } from "@netwright/contract";
import type { Observed, ObservedInstance } from "@netwright/compiler";
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
}

const prefix = "observed/";

export const deniedKey = (project: string, network: string, { from, to, protocol, port }: DeniedFlow): string =>
  `${project}/${network} ${from} ${to} ${protocol} ${port}`;

export class Reports {
  /** Wakes with every report. */
  readonly wakeups = new Wakeups();
  readonly #clock: Clock;
  readonly #heard = new Map<string, Heard & { readonly monotonic: Milliseconds }>();
  readonly #expected = new Map<string, Milliseconds>();
  /** Phases by node, from before the restart until the node reports. */
  readonly #remembered: Map<string, Readonly<Record<string, InstancePhase>>>;

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    this.#remembered = new Map(
      store
        .list(prefix)
        .records.map(({ key, value }) => [
          key.slice(prefix.length),
          JSON.parse(value) as Record<string, InstancePhase>,
        ]),
    );
  }

  /** @returns true when it says something that the last one did not. */
  take(report: NodeReport): boolean {
    const before = this.#heard.get(report.node);
    const now = this.#clock.now();
    const entry = { report, at: now, monotonic: this.#clock.monotonic(), deniedAt: deniedTimes(report, before, now) };
    this.#heard.set(report.node, entry);
    this.wakeups.wake();
    return before === undefined || content(before.report) !== content(report);
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
    this.#remembered.delete(node);
  }

  /** Instances of nodes that did not report yet are as they were before the restart. */
  observed(nodes: Iterable<string>): Observed {
    const instances = new Map<string, ObservedInstance>();
    const known = new Map<string, { readonly ready: boolean }>();
    for (const node of nodes) {
      for (const [key, phase] of Object.entries(this.#phases(node))) instances.set(key, { phase });
      const ready = this.ready(node);
      if (ready !== undefined) known.set(node, { ready });
    }
    return { instances, nodes: known };
  }

  /** What makes `observed` the same after a restart. */
  rememberWrites(store: Store, nodes: Iterable<string>): readonly StoreWrite[] {
    const wanted = new Map([...nodes].map((node) => [prefix + node, JSON.stringify(this.#phases(node))]));
    const puts = [...wanted].filter(([key, value]) => (store.get(key)?.value ?? "{}") !== value);
    const gone = store.list(prefix).records.filter(({ key }) => !wanted.has(key));
    return [
      ...puts.map(([key, value]): StoreWrite => ({ kind: "Put", key, value })),
      ...gone.map(({ key }): StoreWrite => ({ kind: "Delete", key })),
    ];
  }

  #phases(node: string): Readonly<Record<string, InstancePhase>> {
    const heard = this.#heard.get(node);
    if (heard === undefined) return this.#remembered.get(node) ?? {};
    const phases = heard.report.instances.map(({ project, id, phase }) => [`${project}/${id}`, phase] as const);
    return Object.fromEntries(phases.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Everything but when it was said. */
const content = ({ at: _, ...report }: NodeReport): string => JSON.stringify(report);

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
