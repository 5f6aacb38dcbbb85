/** Which host a new instance goes to, and the reason in words. */
import type { Host, Spread } from "@netwright/api";
import type { Draft } from "../draft.ts";
import type { InstanceEntry, InstanceRole } from "../ledger-entries.ts";
import type { Observed } from "../observed.ts";
import { addDemand, misfit, type Demand } from "./demand.ts";

export interface Wanted {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
  readonly role: InstanceRole;
  /** Of the tier. With one, the instance goes where the service's other tiers are. */
  readonly replicas: number;
  readonly spread: Spread;
  readonly demand: Demand;
  /** What the service's other single tiers, not placed yet, will ask for: one host should hold all. */
  readonly companions: Demand;
  /** Why its volumes cannot be on a host, in words; undefined when they can. */
  readonly misfit: (host: Host) => string | undefined;
  /** The volume that is on the one host where it can go. */
  readonly data: string | undefined;
  /** Template of the tier now: instances of another are on their way out and do not count for spreading. */
  readonly template: string;
}

export type Choice =
  | { readonly host: Host; readonly reason: string }
  /** `perHost` says for each host why not. */
  | { readonly host: undefined; readonly perHost: readonly string[] };

interface Candidate {
  readonly host: Host;
  /** Instances of the same tier here. */
  readonly same: number;
  /** Instances of the service's other tiers here. */
  readonly others: number;
  readonly holdsAll: boolean;
  readonly load: number;
}

const none: readonly InstanceEntry[] = [];

/** Hosts are looked at in the order of their numbers, so that equal ones are taken in that order. */
export function chooseHost(hosts: readonly Host[], draft: Draft, observed: Observed, wanted: Wanted): Choice {
  const mine = Map.groupBy(
    draft
      .instancesOf(wanted.project, wanted.service)
      .filter(({ phase, former }) => phase === "Run" && former === undefined),
    ({ host }) => host,
  );
  const looked = hosts.map((host) => look(host, draft, observed, wanted, mine.get(host.metadata.name) ?? none));
  const candidates = looked.filter((each) => typeof each !== "string");
  const [first] = candidates;
  if (first === undefined) return { host: undefined, perHost: refusals(hosts, looked) };
  const best = candidates.reduce((a, b) => (compare(b, a, wanted) < 0 ? b : a), first);
  return { host: best.host, reason: reasonFor(best, candidates, wanted) };
}

const refusals = (hosts: readonly Host[], looked: readonly (Candidate | string)[]): readonly string[] =>
  looked.flatMap((reason, at) => (typeof reason === "string" ? [`${hosts[at]?.metadata.name}: ${reason}`] : []));

function look(
  host: Host,
  draft: Draft,
  observed: Observed,
  wanted: Wanted,
  here: readonly InstanceEntry[],
): Candidate | string {
  const { name } = host.metadata;
  if (!host.spec.schedulable) return "not schedulable";
  if (observed.nodes.get(name)?.ready === false) return "not ready";
  const same = here.filter(({ tier, template }) => tier === wanted.tier && template === wanted.template).length;
  if (same > 0 && wanted.role === "LoadBalancer")
    return "has a load balancer of this service, and one is all that a host can use";
  if (same > 0 && wanted.spread === "required" && wanted.replicas > 1)
    return `has an instance of ${wanted.tier}, and spread is required`;
  const unfit = wanted.misfit(host);
  if (unfit !== undefined) return unfit;
  const used = draft.usedOn(name);
  const full = misfit(host, used, wanted.demand);
  if (full !== undefined) return full;
  const others = here.filter(({ tier }) => tier !== wanted.tier).length;
  const holdsAll = misfit(host, used, addDemand(wanted.demand, wanted.companions)) === undefined;
  return { host, same, others, holdsAll, load: used.instances };
}

/** Earlier is better. */
function compare(a: Candidate, b: Candidate, { replicas, spread }: Wanted): number {
  const apart = replicas > 1 && spread !== "none" ? a.same - b.same : 0;
  return (
    apart ||
    Number(b.holdsAll) - Number(a.holdsAll) ||
    b.others - a.others ||
    a.load - b.load ||
    a.host.spec.id - b.host.spec.id
  );
}

function reasonFor(best: Candidate, candidates: readonly Candidate[], wanted: Wanted): string {
  if (wanted.data !== undefined) return `its data is there: ${wanted.data}`;
  if (candidates.length === 1) return "the only host that can take it";
  const because: string[] = [];
  if (wanted.replicas > 1 && wanted.spread !== "none") {
    because.push(
      best.same === 0
        ? `no other ${wanted.tier} is there (spread ${wanted.spread})`
        : `every host has ${wanted.tier} already, fewest are there (spread ${wanted.spread})`,
    );
  }
  if (best.others > 0)
    because.push(
      `together with ${best.others === 1 ? "another tier" : `${best.others} instances of other tiers`} of ${wanted.service}`,
    );
  else if (wanted.companions.instances > 0 && best.holdsAll)
    because.push(`room for all single tiers of ${wanted.service} together`);
  if (
    because.length === 0 ||
    candidates.some((other) => other !== best && other.same === best.same && other.others === best.others)
  ) {
    because.push(`least loaded: ${best.load} ${best.load === 1 ? "instance" : "instances"}`);
  }
  return because.join(", ");
}
