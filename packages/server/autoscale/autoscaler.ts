/** Decides once a second about every service with autoscale. What it knows from before it may lose: then it is careful. */
import { decide, policyOf, type Decision, type Policy, type Reason, type State } from "@netwright/autoscale";
import { seconds, type Clock, type Instant } from "@netwright/base";
import { sizedService, sizeEntry, type InstanceEntry, type SizeEntry } from "@netwright/compiler";
import type { Service } from "@netwright/api";
import type { World } from "../control/world.ts";
import type { NewEvent } from "../state/events.ts";
import { displayName } from "../state/objects.ts";
import type { Facts } from "../status/facts.ts";
import { instanceStatus } from "../status/instance-status.ts";
import { observe, type TierMeasures } from "./observe.ts";

export type Measurer = (service: { readonly project: string; readonly name: string }, tier: string) => TierMeasures;

export interface Decided {
  readonly policy: Policy;
  readonly decision: Decision<State>;
}

export interface Looked {
  readonly sizes: readonly SizeEntry[];
  readonly news: readonly NewEvent[];
}

const interval = seconds(1);
const nothing: Looked = { sizes: [], news: [] };

export class Autoscaler {
  readonly #clock: Clock;
  readonly #measure: Measurer;
  #lookedAt: Instant | undefined;
  #decided: ReadonlyMap<string, Decided> = new Map();
  /** By instance. */
  #readySince: ReadonlyMap<string, Instant> = new Map();

  constructor(clock: Clock, measure: Measurer) {
    this.#clock = clock;
    this.#measure = measure;
  }

  /** The last decision about `PROJECT/SERVICE`. */
  decided(key: string): Decided | undefined {
    return this.#decided.get(key);
  }

  /** What is to change now; nothing between two looks. */
  look({ objects }: World, factsNow: () => Facts): Looked {
    const now = this.#clock.now();
    // A clock that was set back must not stop it.
    if (this.#lookedAt !== undefined && now >= this.#lookedAt && now - this.#lookedAt < interval) return nothing;
    const scaled = [...objects.services].filter(([, { object }]) =>
      object.spec.tiers.some(({ autoscale }) => autoscale),
    );
    this.#lookedAt = now;
    if (scaled.length === 0) {
      this.#decided = new Map();
      return nothing;
    }
    const facts = factsNow();
    const before = this.#decided;
    this.#followReady(facts, new Set(scaled.map(([key]) => key)), now);
    this.#decided = new Map(scaled.map(([key, { object }]) => [key, this.#decide(facts, key, object, now)]));
    return {
      sizes: scaled.flatMap(([key, { object }]) => sizesOf(facts, object, this.#decided.get(key)?.decision)),
      news: scaled.flatMap(([key, { object }]) =>
        newsOf(object, before.get(key)?.decision.reasons ?? [], this.#decided.get(key)?.decision.reasons ?? []),
      ),
    };
  }

  #decide(facts: Facts, key: string, service: Service, now: Instant): Decided {
    const policy = policyOf(service);
    const { project, name } = service.metadata;
    const observation = observe({
      facts,
      service,
      policy,
      now,
      measures: (tier) => this.#measure({ project, name }, tier),
      readySince: (entry) => this.#readySince.get(keyOf(entry)),
    });
    return { policy, decision: decide(policy, observation, this.#decided.get(key)?.decision.state) };
  }

  #followReady(facts: Facts, services: ReadonlySet<string>, now: Instant): void {
    const entries = [...services].flatMap((key) => facts.ledger.byService.get(key) ?? []);
    const ready = entries.filter((entry) => instanceStatus(facts, entry).phase === "Ready");
    this.#readySince = new Map(ready.map((entry) => [keyOf(entry), this.#readySince.get(keyOf(entry)) ?? now]));
  }
}

const keyOf = ({ project, id }: InstanceEntry): string => `${project}/${id}`;

function sizesOf(facts: Facts, service: Service, decision: Decision | undefined): readonly SizeEntry[] {
  const { tiers } = sizedService(service, facts.ledger.entries).spec;
  return Object.entries(decision?.desired ?? {}).flatMap(([tier, replicas]) =>
    tiers.some((each) => each.name === tier && each.replicas !== replicas) ? [sizeEntry(service, tier, replicas)] : [],
  );
}

/** These need a person, and are told when they begin. */
const warnings: ReadonlySet<Reason["code"]> = new Set([
  "ScalingWouldNotHelp",
  "NoRoom",
  "AtMaximum",
  "NotScaled",
  "MetricsMissing",
]);

function newsOf({ metadata }: Service, before: readonly Reason[], after: readonly Reason[]): readonly NewEvent[] {
  const object = displayName({ kind: "Service", project: metadata.project, name: metadata.name });
  return after.flatMap(({ tier, direction, code, message }): readonly NewEvent[] => {
    if (direction !== undefined)
      return [{ object, type: "Normal", reason: direction === "Up" ? "ScaledUp" : "ScaledDown", message }];
    const isNew = !before.some((each) => each.tier === tier && each.code === code);
    return warnings.has(code) && isNew ? [{ object, type: "Warning", reason: code, message }] : [];
  });
}
