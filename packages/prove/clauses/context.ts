/** What one proof is made from, and what it used of that. */
import type { Service } from "@netwright/api";
import { differenceOf, stepsGraph, type Difference } from "../classes/change.ts";
import type { Graph } from "../classes/graph.ts";
import type { Site } from "../classes/site.ts";
import { catalogueOf, type Catalogue } from "./catalogue.ts";
import { Meter } from "./meter.ts";
import { noReads, View, type Reads } from "./view.ts";

/** A site, what it was before a change, and who is in it: the same for all proofs. */
export class Stage {
  readonly after: Site;
  readonly services: readonly Service[];
  readonly catalogue: Catalogue;
  readonly before: Site | undefined;
  readonly difference: Difference | undefined;
  #during: { readonly graph: Graph; readonly catalogue: Catalogue } | undefined;
  #former: Catalogue | undefined;

  constructor(after: Site, services: readonly Service[], before?: Site, servicesBefore: readonly Service[] = services) {
    this.after = after;
    this.services = services;
    this.before = before;
    this.catalogue = catalogueOf(after.graph, services);
    this.difference = before === undefined ? undefined : differenceOf(before, after, [servicesBefore, services]);
  }

  get during(): { readonly graph: Graph; readonly catalogue: Catalogue } {
    this.#during ??= this.#steps();
    return this.#during;
  }

  /** Who was in it before the change, as far as who is in it now can be spoken of. */
  get former(): Catalogue {
    this.#former ??= catalogueOf((this.before ?? this.after).graph, this.services);
    return this.#former;
  }

  #steps(): { readonly graph: Graph; readonly catalogue: Catalogue } {
    const graph = stepsGraph(this.before ?? this.after, this.after);
    return { graph, catalogue: catalogueOf(graph, this.services) };
  }
}

export class Context {
  readonly stage: Stage;
  readonly meter: Meter;
  readonly reads: Reads = noReads();
  /** True: what was before the change was looked at, so that it is over with the change. */
  isTransitional = false;

  constructor(stage: Stage, budget: number) {
    this.stage = stage;
    this.meter = new Meter(budget);
  }

  after(): View {
    return this.#view(this.stage.after.graph, this.stage.catalogue);
  }

  /** Undefined where there is no change in what was read until now. */
  before(): View | undefined {
    const { before, difference } = this.stage;
    if (before === undefined || difference === undefined || !touches(difference, this.reads)) return undefined;
    this.isTransitional = true;
    return this.#view(before.graph, this.stage.former);
  }

  during(): View {
    const { graph, catalogue } = this.stage.during;
    return this.#view(graph, catalogue);
  }

  #view(graph: Graph, catalogue: Catalogue): View {
    return new View(graph, catalogue, this.meter, this.reads);
  }
}

export function touches(difference: Difference, reads: Reads): boolean {
  const { networks, addresses, services, egress, hosts, everything } = difference;
  if (everything || (egress && reads.egress) || (hosts && (reads.hosts || reads.all))) return true;
  if (reads.all) return networks.size + addresses.size + services.size > 0;
  return meets(reads.networks, networks) || meets(reads.addresses, addresses) || meets(reads.services, services);
}

function meets(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  for (const each of few) if (many.has(each)) return true;
  return false;
}
