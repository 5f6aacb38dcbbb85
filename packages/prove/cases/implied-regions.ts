/** What is implied, as regions: whoever has a flow connects, and nobody else. Pure. */
import { prefixesOverlap } from "@netwright/base";
import type { TierEnd } from "../classes/ends.ts";
import type { Network } from "../classes/network.ts";
import type { View } from "../clauses/view.ts";
import { impliedClause, networkObject, serviceObject } from "../implied/names.ts";
import { egressRegions, type Outside } from "./outside-region.ts";
import { portsInto, single, strangerTo, type Region, type TierTarget } from "./region.ts";

export function* impliedRegions(view: View, outside: Outside): Generator<Region> {
  for (const end of view.everybody()) {
    yield* flowRegions(view, end);
    yield* egressRegions(view, end, outside);
    yield* hiddenRegions(view, end);
  }
  yield* isolationRegions(view);
}

/** Flows into a tier, over its network and from outside. */
function* flowRegions(view: View, end: TierEnd): Generator<Region> {
  const clause = impliedClause("chain", serviceObject(end));
  const senders = [...new Map(view.inside(end).map(({ from }) => [from.key, from])).values()].filter(isTier);
  const target: TierTarget = { kind: "Tier", end };
  const intervals = portsInto(view, end);
  if (intervals.length > 0) yield { clause, senders, stranger: strangerTo(view, senders, target), target, intervals };
  for (const { listener, ...point } of view.public(end)) {
    if (listener === undefined) continue;
    const { vip, service } = listener;
    const at = { kind: "Public", vip, name: service.service } as const;
    yield { clause, senders: ["internet"], stranger: undefined, target: at, intervals: [single(point)] };
  }
}

const isTier = (end: { readonly kind: string }): end is TierEnd => end.kind === "Tier";

/** What is behind a proxy is asked for by its own address. */
function* hiddenRegions(view: View, end: TierEnd): Generator<Region> {
  const all = view.catalogue.ofService(`${end.project}/${end.service}`);
  if (end.tier === "proxy" || !all.some(({ tier }) => tier === "proxy") || view.public(end).length > 0) return;
  const clause = impliedClause("waypoints", serviceObject(end));
  const target: TierTarget = { kind: "Tier", end };
  yield { clause, senders: ["internet"], stranger: undefined, target, intervals: portsInto(view, end) };
}

/** From each network to one other, by the address of an instance there. */
function* isolationRegions(view: View): Generator<Region> {
  const all = [...view.graph.networks.values()];
  for (const [index, network] of all.entries()) {
    const [sender] = network.ends.values();
    const others = [...all.slice(index + 1), ...all.slice(0, index)].filter((each) => isApart(network, each));
    const end = others.flatMap(({ ends }) => [...ends.values()])[0];
    if (sender === undefined || end === undefined) continue;
    const clause = impliedClause("isolation", networkObject({ project: network.project, network: network.name }));
    const intervals = portsInto(view, end).slice(0, 1);
    yield { clause, senders: [sender], stranger: undefined, target: { kind: "Tier", end }, intervals };
  }
}

/** Where prefixes overlap, an address is one of the sender's own network. */
const isApart = (one: Network, other: Network): boolean =>
  one.prefixes.every((prefix) => other.prefixes.every((each) => !prefixesOverlap(prefix, each)));
