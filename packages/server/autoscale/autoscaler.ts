/** Decides once a second about every service with autoscale. */
import { decide, policyOf } from "@netwright/autoscale";
import { seconds, type Clock, type Instant, type Milliseconds } from "@netwright/base";
import { sizedService, sizeEntry, type InstanceEntry, type SizeEntry } from "@netwright/compiler";
import type { Service } from "@netwright/api";
import type { Store, StoreWrite } from "@netwright/contract";
import type { World } from "../control/world.ts";
import type { NewEvent } from "../state/events.ts";
import { firstReportTimeout } from "../state/reports.ts";
import type { Facts } from "../status/facts.ts";
import { instanceStatus } from "../status/instance-status.ts";
import { courseAfter, type Course } from "./course.ts";
import type { Kept } from "./kept.ts";
import { KeptDecisions } from "./kept-decisions.ts";
import { newsOf } from "./news.ts";
import { observe, type TierMeasures } from "./observe.ts";

export type Measurer = (service: { readonly project: string; readonly name: string }, tier: string) => TierMeasures;

export interface AutoscalerDependencies {
  readonly clock: Clock;
  readonly store: Store;
  readonly measure: Measurer;
  /** Whether what is measured on a host has been told for as long as a decision looks back. */
  readonly isMeasured: (host: string) => boolean;
}

export interface Looked {
  readonly sizes: readonly SizeEntry[];
  readonly news: readonly NewEvent[];
  /** `PROJECT/SERVICE` of those of which a status tells something new. */
  readonly changed: readonly string[];
}

/** What the next commit writes down. */
export interface Remembered {
  readonly writes: readonly StoreWrite[];
  /** It was committed. */
  readonly done: () => void;
}

const interval = seconds(1);
const nothing: Looked = { sizes: [], news: [], changed: [] };

export class Autoscaler {
  readonly #dependencies: AutoscalerDependencies;
  readonly #startedAt: Milliseconds;
  readonly #keeper: KeptDecisions;
  #lookedAt: Instant | undefined;
  /** What was there at the last look. */
  #seen: World["objects"] | undefined;
  /** By `PROJECT/SERVICE`. */
  #kept: ReadonlyMap<string, Kept>;
  /** Known from before the restart, and not decided since. */
  readonly #restored: Set<string>;

  constructor(dependencies: AutoscalerDependencies) {
    this.#dependencies = dependencies;
    this.#startedAt = dependencies.clock.monotonic();
    this.#keeper = new KeptDecisions(dependencies.store);
    this.#kept = this.#keeper.restored();
    this.#restored = new Set(this.#kept.keys());
  }

  /** The last decision about `PROJECT/SERVICE`. */
  decided(key: string): Kept["decision"] | undefined {
    return this.#kept.get(key)?.decision;
  }

  /** What is to be told of `PROJECT/SERVICE`; undefined until something was decided. */
  courseOf(key: string): Course | undefined {
    return this.#kept.get(key)?.course;
  }

  /** What is to change now; nothing between two looks. */
  look({ objects }: World, factsNow: () => Facts): Looked {
    const now = this.#dependencies.clock.now();
    // A clock that was set back must not stop it.
    const isEarly = this.#lookedAt !== undefined && now >= this.#lookedAt && now - this.#lookedAt < interval;
    if (isEarly && objects === this.#seen) return nothing;
    this.#seen = objects;
    const scaled = [...objects.services].filter(([, { object }]) => isScaled(object));
    // Who has just applied a service with autoscale may ask about it at once.
    if (isEarly && scaled.every(([key]) => this.#kept.has(key))) return nothing;
    this.#lookedAt = now;
    const before = this.#kept;
    if (scaled.length === 0) {
      this.#kept = new Map();
      return nothing;
    }
    const facts = factsNow();
    const next = scaled.flatMap(([key, { object }]) => {
      const kept = this.#next(facts, key, object, now);
      return kept === undefined ? [] : [{ key, service: object, before: before.get(key), kept }];
    });
    this.#kept = new Map(next.map(({ key, kept }) => [key, kept]));
    const decided = next.filter((each) => each.kept !== each.before);
    return {
      sizes: decided.flatMap(({ service, kept }) => sizesOf(facts, service, kept)),
      news: decided.flatMap(({ service, before: old, kept }) =>
        newsOf(service, old?.decision.reasons ?? [], kept.decision.reasons),
      ),
      changed: decided.flatMap(({ key, before: old, kept }) => (old?.course === kept.course ? [] : [key])),
    };
  }

  /** What was decided about services whose sizes are about to be written: in one transaction with them. */
  rememberSizes(sizes: readonly SizeEntry[]): Remembered {
    return this.#remember(new Set(sizes.map(({ project, service }) => `${project}/${service}`)));
  }

  /** What else is worth it, now and then. */
  rememberLearned(): Remembered {
    if (!this.#keeper.isDue(this.#dependencies.clock.now())) return { writes: [], done: () => {} };
    return this.#remember(this.#keeper.learned(this.#kept));
  }

  rememberAll(): Remembered {
    return this.#remember(this.#kept.keys());
  }

  #remember(keys: Iterable<string>): Remembered {
    return this.#keeper.takeWrites(this.#kept, keys, this.#dependencies.clock.now());
  }

  /** The same as before where it is too early to decide. */
  #next(facts: Facts, key: string, service: Service, now: Instant): Kept | undefined {
    const { project, name, uid = "" } = service.metadata;
    const known = this.#kept.get(key);
    const before = known?.uid === uid ? known : undefined;
    const entries = facts.ledger.byService.get(key) ?? [];
    if (before !== undefined && this.#restored.has(key) && this.#isEarly(facts, entries)) return before;
    this.#restored.delete(key);
    const policy = policyOf(service);
    const readySince = followReady(facts, entries, before?.readySince ?? {}, now);
    const observation = observe({
      facts,
      service,
      policy,
      now,
      measures: (tier) => this.#dependencies.measure({ project, name }, tier),
      readySince: ({ id }) => readySince[id],
    });
    const decision = decide(policy, observation, before?.decision.state);
    return { uid, decision, readySince, course: courseAfter(before?.course, policy, observation, decision) };
  }

  /** After a restart what no host has told yet would pass for missing, and windows would begin anew. */
  #isEarly({ reports }: Facts, entries: readonly InstanceEntry[]): boolean {
    const { clock, isMeasured } = this.#dependencies;
    if (clock.monotonic() - this.#startedAt >= firstReportTimeout) return false;
    const hosts = new Set(entries.filter(({ phase }) => phase === "Run").map(({ host }) => host));
    return [...hosts].some((host) => reports.ready(host) !== false && !isMeasured(host));
  }
}

export const isScaled = ({ spec }: Service): boolean => spec.tiers.some(({ autoscale }) => autoscale !== undefined);

/** What was ready before a restart is taken to be so until its host says something else. */
function followReady(
  facts: Facts,
  entries: readonly InstanceEntry[],
  before: Kept["readySince"],
  now: Instant,
): Kept["readySince"] {
  const isUnheard = (host: string): boolean =>
    facts.reports.get(host) === undefined && facts.reports.ready(host) !== false;
  return Object.fromEntries(
    entries.flatMap((entry): readonly (readonly [string, Instant])[] => {
      const since = before[entry.id];
      if (instanceStatus(facts, entry).phase === "Ready") return [[entry.id, since ?? now]];
      return since !== undefined && isUnheard(entry.host) ? [[entry.id, since]] : [];
    }),
  );
}

function sizesOf(facts: Facts, service: Service, { decision }: Kept): readonly SizeEntry[] {
  const { tiers } = sizedService(service, facts.ledger.entries).spec;
  return Object.entries(decision.desired).flatMap(([tier, replicas]) =>
    tiers.some((each) => each.name === tier && each.replicas !== replicas) ? [sizeEntry(service, tier, replicas)] : [],
  );
}
