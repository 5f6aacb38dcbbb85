/** Selectors to ends. */
import type { EndSelector, TierSelector } from "@netwright/api";
import type { IpPrefix } from "@netwright/base";
import { serviceKey, type End, type TierEnd } from "../classes/ends.ts";
import { balancerTier, type Catalogue } from "./catalogue.ts";
import type { Reads } from "./view.ts";

export interface Selection {
  readonly tiers: ReadonlyMap<string, TierEnd>;
  /** Keys of those that are named as tiers, and not with all of a service. */
  readonly named: ReadonlySet<string>;
  /** Load balancers, by key. */
  readonly balancers: ReadonlyMap<string, TierEnd>;
  /** All addresses outside. */
  readonly internet: boolean;
  readonly cidrs: readonly IpPrefix[];
}

type Scope = { readonly catalogue: Catalogue; readonly reads: Reads };

export function select(scope: Scope, selectors: readonly EndSelector[]): Selection {
  const tiers = new Map<string, TierEnd>();
  const named = new Set<string>();
  const balancers = new Map<string, TierEnd>();
  const cidrs: IpPrefix[] = [];
  let internet = false;
  for (const selector of selectors) {
    if (selector === "internet" || selector === "anything") internet = true;
    if (selector === "internet") continue;
    if (selector === "anything") {
      scope.reads.all = true;
      for (const end of scope.catalogue.all()) tiers.set(end.key, end);
    } else if ("cidr" in selector) cidrs.push(selector.cidr);
    else {
      for (const end of tiersOf(scope, selector)) {
        if (end.tier === balancerTier) balancers.set(end.key, end);
        else tiers.set(end.key, end);
        if (selector.tier !== undefined) named.add(end.key);
      }
    }
  }
  return { tiers, named, balancers, internet, cidrs };
}

/** The smallest list that has them all is gone through. */
function tiersOf({ catalogue, reads }: Scope, selector: TierSelector): readonly TierEnd[] {
  const { project, service, network, tier, labels } = selector;
  if (project !== undefined && service !== undefined) {
    const key = serviceKey({ project, service });
    reads.services.add(key);
    const balancer = tier === balancerTier ? catalogue.balancerOf(key) : undefined;
    const all = [...catalogue.ofService(key), ...(balancer === undefined ? [] : [balancer])];
    for (const end of all) reads.networks.add(`${end.project}/${end.network}`);
    return all.filter((end) => fits(catalogue, end, selector));
  }
  if (project !== undefined && network !== undefined && labels === undefined) {
    const key = `${project}/${network}`;
    reads.networks.add(key);
    return catalogue.ofNetwork(key).filter((end) => fits(catalogue, end, selector));
  }
  reads.all = true;
  const balancers =
    tier === balancerTier ? [...catalogue.services.keys()].flatMap((key) => catalogue.balancerOf(key) ?? []) : [];
  return [...catalogue.all(), ...balancers].filter((end) => fits(catalogue, end, selector));
}

function fits(catalogue: Catalogue, end: TierEnd, { project, service, network, tier, labels }: TierSelector): boolean {
  return (
    (project === undefined || end.project === project) &&
    (service === undefined || end.service === service) &&
    (network === undefined || end.network === network) &&
    (tier === undefined || end.tier === tier) &&
    (labels === undefined || hasLabels(catalogue, end, labels))
  );
}

function hasLabels(catalogue: Catalogue, end: TierEnd, labels: Readonly<Record<string, string>>): boolean {
  const own = catalogue.services.get(serviceKey(end))?.metadata.labels ?? {};
  return Object.entries(labels).every(([key, value]) => own[key] === value);
}

export const isEmpty = ({ tiers, balancers, internet, cidrs }: Selection): boolean =>
  tiers.size === 0 && balancers.size === 0 && !internet && cidrs.length === 0;

/** Whether an end is among them; addresses outside are, where some of them are. */
export const includes = (selection: Selection, end: End): boolean =>
  end.kind === "Internet" ? isOutside(selection) : selection.tiers.has(end.key);

export const isOutside = ({ internet, cidrs }: Selection): boolean => internet || cidrs.length > 0;
