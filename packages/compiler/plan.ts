/** What an apply would lead to, before anything happens. Pure, and true of the compiled states, not of intent. */
import { objectName, type Plan } from "@netwright/api";
import { equal, type Instant } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import type { CompileInput } from "./compile.ts";
import { createCompilation, type KeptCompilation } from "./incremental.ts";
import { changesBetween } from "./grouped-ledger.ts";
import { ledgerKeys } from "./ledger-keys.ts";
import type { Ledger, LedgerChange } from "./ledger.ts";
import { projectKey, type ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { byText } from "./compile/order.ts";
import type { Explanation } from "./place/explanation.ts";
import { changedFlows } from "./plan/changed-flows.ts";
import { changedNode } from "./plan/changed-nodes.ts";
import { announcedBy, projectParts } from "./plan/project-part.ts";
import { changedObjects } from "./plan/changed-objects.ts";
import { classNames } from "./plan/class-names.ts";
import { pendingCertificates } from "./plan/pending-certificates.ts";
import { settle } from "./settle.ts";

export interface PlanInput {
  readonly before: ObjectSet;
  readonly after: ObjectSet;
  readonly ledger: Ledger;
  readonly observed: Observed;
  readonly now: Instant;
  /** Objects that the request names, as `objectName` prints them: shown also when they stay as they are. */
  readonly named?: ReadonlySet<string>;
  /** Whose people read it: nothing of other projects or of the fabric stands in it. Null: those of the whole site. */
  readonly project?: string | null;
}

/** A plan, and the states of all nodes that it compares. */
export interface ForeseenChange {
  readonly plan: Plan;
  readonly before: ReadonlyMap<string, HostState>;
  readonly after: ReadonlyMap<string, HostState>;
}

/** A plan by itself. Who makes many keeps a `Planner`. */
export const planOf = (input: PlanInput): Plan => new Planner().plan(input);

interface Kept {
  readonly compilation: KeptCompilation;
  /** What it was brought up to date with. */
  readonly ledger: Ledger;
}

/**
 * Makes plans one after the other, and compiles only what differs from where the last one ended: mostly what was applied
 * since is just that. The plans are those that `planOf` gives.
 */
export class Planner {
  #kept: Kept | undefined;

  plan(input: PlanInput): Plan {
    return this.foresee(input).plan;
  }

  /** Compares where both lead once everything is ready, so that a rollout under way is no part of the plan. */
  foresee({ before, after, ledger, observed, now, named = new Set(), project = null }: PlanInput): ForeseenChange {
    const objects = changedObjects(before, after, named);
    const first = settle(before, ledger, observed.nodes, now);
    const next = settle(after, first.ledger, observed.nodes, now);
    const compilation = this.#compilationOf({
      objects: before,
      ...first,
      certificates: pendingCertificates(after, before),
    });
    const old = compilation.states();
    const changes = changesBetween(first.ledger, next.ledger);
    const { changed } = compilation.update({
      objects: after,
      ledger: changes,
      observed: next.observed,
      certificates: pendingCertificates(before, after),
    });
    const states = compilation.states();
    this.#kept = { compilation, ledger: next.ledger };
    const names = classNames(first.ledger, next.ledger);
    const announced = project === null ? new Set<string>() : announcedBy(project, first.ledger, next.ledger);
    const sides = (node: string) => [old.get(node), states.get(node)] as const;
    const shown = (node: string) => (project === null ? sides(node) : projectParts(...sides(node), project, announced));
    const plan: Plan = {
      objects,
      addresses: newAddresses(changes, after, project),
      placements: newPlacements(first.ledger, next.ledger, next.explanations, project),
      replaced: replacements(first.ledger, changes, after, project),
      nodes: changed.flatMap((node) => changedNode(...shown(node), names) ?? []),
      flows:
        changed.length === 0
          ? []
          : changedFlows(old.values(), states.values(), touchedNetworks(changed, old, states, project)),
    };
    return { plan, before: old, after: states };
  }

  /** What was kept is let go until the plan is made: a failure on the way would leave it half up to date. */
  #compilationOf({ objects, ledger, observed, certificates }: CompileInput): KeptCompilation {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined) return createCompilation({ objects, ledger, observed, certificates });
    kept.compilation.update({ objects, ledger: changesBetween(kept.ledger, ledger), observed, certificates });
    return kept.compilation;
  }
}

const isOf = (project: string | null, entry: { readonly project: string }): boolean =>
  project === null || entry.project === project;

function newAddresses(changes: readonly LedgerChange[], objects: ObjectSet, whose: string | null): Plan["addresses"] {
  return changes
    .flatMap(({ entry }) => {
      if (entry?.kind !== "Vip" || !isOf(whose, entry)) return [];
      const { project, service, address, pool } = entry;
      const found = objects.services.get(projectKey(project, service));
      return found === undefined ? [] : [{ object: objectName(found.object), address, pool }];
    })
    .toSorted((a, b) => (a.object < b.object ? -1 : 1));
}

/** Instances that stay; those that only come and go on the way are left out. */
function newPlacements(
  before: Ledger,
  after: Ledger,
  explanations: readonly Explanation[],
  whose: string | null,
): Plan["placements"] {
  const own = explanations.filter((explanation) => isOf(whose, explanation));
  return own.flatMap(({ action, project, instance, host, reason }) => {
    const key = ledgerKeys.instance(project, instance);
    return action === "Place" && host !== null && after.has(key) && !before.has(key)
      ? [{ instance, host, reason }]
      : [];
  });
}

/** By object, then the instance that goes. */
function replacements(
  before: Ledger,
  changes: readonly LedgerChange[],
  objects: ObjectSet,
  whose: string | null,
): Plan["replaced"] {
  return changes
    .flatMap(({ key, entry }) => {
      if (entry?.kind !== "Instance" || entry.replaces === undefined || before.has(key) || !isOf(whose, entry))
        return [];
      const found = objects.services.get(projectKey(entry.project, entry.service));
      return found === undefined ? [] : [{ object: objectName(found.object), instance: entry.replaces, by: entry.id }];
    })
    .toSorted((a, b) => byText(`${a.object} ${a.instance}`, `${b.object} ${b.instance}`));
}

type States = ReadonlyMap<string, HostState>;

/** Of one project: networks of its own. */
function touchedNetworks(
  changed: readonly string[],
  old: States,
  states: States,
  project: string | null,
): ReadonlySet<number> {
  const touched = differing(changed, old, states);
  if (project === null) return touched;
  const all = [...old.values(), ...states.values()].flatMap(({ networks }) => networks);
  const own = new Set(all.filter((network) => isOf(project, network)).map(({ vni }) => vni));
  return new Set([...touched].filter((vni) => own.has(vni)));
}

/**
 * Networks whose connections may differ: those that are others on a host than before, all of a host whose routes are
 * others, and all when a router changed, because routes lead to all.
 */
function differing(changed: readonly string[], old: States, states: States): ReadonlySet<number> {
  const pairs = changed.map((node) => [old.get(node), states.get(node)] as const);
  if (pairs.some((pair) => pair.some((state) => state?.role === "Router")))
    return new Set([...old.values(), ...states.values()].flatMap(vnisOf));
  return new Set(pairs.flatMap(([before, after]) => differingNetworks(before, after)));
}

const vnisOf = ({ networks }: HostState): readonly number[] => networks.map(({ vni }) => vni);

function differingNetworks(before: HostState | undefined, after: HostState | undefined): readonly number[] {
  if (before === undefined || after === undefined || !sameRoutes(before, after))
    return [before, after].flatMap((state) => (state === undefined ? [] : vnisOf(state)));
  const [then, now] = [before, after].map(({ networks }) => new Map(networks.map((network) => [network.vni, network])));
  const vnis = [...new Set([...(then?.keys() ?? []), ...(now?.keys() ?? [])])];
  return vnis.filter((vni) => !equal(then?.get(vni), now?.get(vni)));
}

const sameRoutes = (before: HostState, after: HostState): boolean =>
  equal([before.underlay, before.bgp], [after.underlay, after.bgp]);
