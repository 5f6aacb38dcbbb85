/** Looks, again and again, whether clauses with `monitor` hold while everything runs. */
import { readContract, type AnyObject, type Clause, type Condition } from "@netwright/api";
import { seconds, type Clock } from "@netwright/base";
import type { Probe, ProbeResult } from "@netwright/contract";
import type { World } from "../control/world.ts";
import type { NodeStates } from "../state/node-states.ts";
import type { Items } from "../state/objects.ts";
import type { Reports } from "../state/reports.ts";
import { attemptsOf, keyOf, type Attempt } from "./attempts.ts";
import { isViolation, sightOf, standingOf, type Sight, type Tried } from "./judge.ts";
import { siteOf, type Site } from "./site.ts";

/** What statuses say of contracts. */
export interface ContractFacts {
  /** Of the object with this key; undefined where nothing of it is watched. */
  standing(key: string): Pick<Condition, "status" | "reason" | "message"> | undefined;
}

export interface WatchDependencies {
  readonly clock: Clock;
  readonly states: Pick<NodeStates, "all">;
  readonly reports: Pick<Reports, "all">;
  readonly world: () => Pick<World, "items" | "objects">;
  /** In the order of the probes. */
  readonly tryFrom: (
    source: Pick<Attempt, "node" | "from">,
    probes: readonly Probe[],
    signal: AbortSignal,
  ) => AsyncIterable<ProbeResult>;
  /** Something else is to be said of these objects. */
  readonly onNews: (keys: readonly string[]) => void;
}

interface Watched {
  /** Of the object, and what the clause says: another text is looked at anew. */
  readonly id: string;
  /** Of the object. */
  readonly key: string;
  readonly clause: Clause;
  readonly everyMs: number;
}

interface Known {
  readonly items: Items;
  readonly byId: ReadonlyMap<string, Watched>;
  readonly byObject: ReadonlyMap<string, readonly Watched[]>;
}

/** Objects never change in place. */
const read = new WeakMap<AnyObject, readonly Watched[]>();

function watchedIn(key: string, object: AnyObject): readonly Watched[] {
  const known = read.get(object);
  if (known !== undefined) return known;
  const watched = (readContract(object)?.clauses ?? []).flatMap((clause) =>
    clause.monitor === undefined
      ? []
      : [{ id: `${key} ${JSON.stringify(clause)}`, key, clause, everyMs: clause.monitor.everyMs }],
  );
  read.set(object, watched);
  return watched;
}

interface Looks {
  sight: Sight | undefined;
  nextAt: number;
  round: number;
  isUnderWay: boolean;
}

const tick = seconds(1);

export class ContractWatch implements ContractFacts {
  readonly #dependencies: WatchDependencies;
  #known: Known | undefined;
  readonly #looks = new Map<string, Looks>();

  constructor(dependencies: WatchDependencies) {
    this.#dependencies = dependencies;
  }

  standing(key: string): ReturnType<ContractFacts["standing"]> {
    const own = this.#watched().byObject.get(key);
    if (own === undefined) return undefined;
    return standingOf(new Map(own.map(({ id, clause }) => [clause.name, this.#looks.get(id)?.sight])));
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#dependencies;
    while (!signal.aborted) {
      this.#lookAtDue(signal);
      await clock.sleep(tick, signal).catch(() => {});
    }
  }

  /** Made anew when objects change: it is asked for with each status. */
  #watched(): Known {
    const { items } = this.#dependencies.world();
    if (this.#known?.items === items) return this.#known;
    const all = [...items].flatMap(([key, { object }]) => watchedIn(key, object));
    this.#known = {
      items,
      byId: new Map(all.map((each) => [each.id, each])),
      byObject: Map.groupBy(all, ({ key }) => key),
    };
    return this.#known;
  }

  #lookAtDue(signal: AbortSignal): void {
    const now = this.#dependencies.clock.now();
    const watched = this.#watched().byId;
    for (const id of this.#looks.keys()) if (!watched.has(id)) this.#looks.delete(id);
    let site: Site | undefined;
    for (const [id, each] of watched) {
      const looks = this.#looks.get(id) ?? { sight: undefined, nextAt: now, round: 0, isUnderWay: false };
      this.#looks.set(id, looks);
      if (looks.isUnderWay || now < looks.nextAt) continue;
      site ??= this.#site();
      looks.isUnderWay = true;
      looks.nextAt = now + each.everyMs;
      void this.#look(each, looks, site, signal).finally(() => {
        looks.isUnderWay = false;
      });
    }
  }

  async #look({ key, clause }: Watched, looks: Looks, site: Site, signal: AbortSignal): Promise<void> {
    const round = looks.round++;
    const first = await this.#tryAll(attemptsOf(clause, site, round), signal);
    const suspects = new Set(first.filter(isViolation).map(({ attempt }) => keyOf(attempt)));
    // Somebody may have gone, or come, meanwhile: what is still meant is tried once more before anything is said.
    const again =
      suspects.size === 0
        ? []
        : await this.#tryAll(
            attemptsOf(clause, this.#site(), round).filter((attempt) => suspects.has(keyOf(attempt))),
            signal,
          );
    if (signal.aborted) return;
    const sight = sightOf([...first.filter(({ attempt }) => !suspects.has(keyOf(attempt))), ...again]);
    const isNews = JSON.stringify(sight) !== JSON.stringify(looks.sight);
    looks.sight = sight;
    if (isNews) this.#dependencies.onNews([key]);
  }

  async #tryAll(attempts: readonly Attempt[], signal: AbortSignal): Promise<readonly Tried[]> {
    const groups = Map.groupBy(attempts, ({ node, from }) => JSON.stringify([node, from]));
    const tried = await Promise.all([...groups.values()].map((group) => this.#tryGroup(group, signal)));
    return tried.flat();
  }

  /** All of one source. */
  async #tryGroup(group: readonly Attempt[], signal: AbortSignal): Promise<readonly Tried[]> {
    const results: ProbeResult[] = [];
    const [source] = group;
    if (source === undefined) return [];
    const probes = group.map(({ probe }) => probe);
    try {
      for await (const result of this.#dependencies.tryFrom(source, probes, signal)) results.push(result);
    } catch {
      // An agent that is away has its own condition; what it did not try was not seen.
    }
    return group.map((attempt, index) => ({ attempt, result: results[index] }));
  }

  #site(): Site {
    const { states, reports, world } = this.#dependencies;
    const services = new Map([...world().objects.services].map(([key, { object }]) => [key, object]));
    const ready = new Set<string>();
    for (const { report } of reports.all())
      for (const { project, id, phase } of report.instances)
        if (phase === "Ready") ready.add(`${report.node} ${project}/${id}`);
    return siteOf(
      [...states.all().values()].map(({ state }) => state),
      services,
      (node, project, id) => ready.has(`${node} ${project}/${id}`),
    );
  }
}
