/** A site before and after a change: what differs, and the graph of all its steps. */
import type { Service } from "@netwright/api";
import { equal, type Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { entryHostsBeyond } from "@netwright/model";
import { networkKey, serviceKey } from "./ends.ts";
import { graphOf, type Entry, type Graph } from "./graph.ts";
import { atOnce, networkOf, type Local, type Network, type Side } from "./network.ts";
import { pointsIn, sendersOf } from "./network-edges.ts";
import { announced, sameSessions, type Site } from "./site.ts";

/** What differs, by the names that proofs read by. */
export interface Difference {
  /** `PROJECT/NETWORK`. */
  readonly networks: ReadonlySet<string>;
  /** Public addresses: where they lead, or who announces them. */
  readonly addresses: ReadonlySet<string>;
  /** `PROJECT/SERVICE`. */
  readonly services: ReadonlySet<string>;
  /** Rules for egress, of whom ever. */
  readonly egress: boolean;
  /** What hosts know of each other. */
  readonly hosts: boolean;
  /** What everything rests on: routers, sessions, pools. */
  readonly everything: boolean;
}

export function differenceOf(
  before: Site,
  after: Site,
  services: readonly [before: readonly Service[], after: readonly Service[]],
): Difference {
  const networks = new Set<string>();
  const addresses = new Set<string>();
  let egress = false;
  for (const [one, other] of [
    [before.networks, after.networks],
    [after.networks, before.networks],
  ] as const)
    for (const [vni, network] of one) {
      if (other.get(vni) === network) continue;
      networks.add(networkKey({ project: network.project, network: network.name }));
      for (const { listener } of pointsIn(network)) addresses.add(listener.vip);
      egress ||= sendersOf(network).size > 0;
    }
  let everything = before.nodes.size !== after.nodes.size;
  let hosts = false;
  for (const [name, { bgp, underlay }] of after.nodes) {
    const then = before.nodes.get(name);
    hosts ||= then?.underlay !== underlay;
    if (then?.bgp === bgp) continue;
    if (then === undefined || !sameSessions(then.bgp, bgp)) everything = true;
    else for (const prefix of announced(then.bgp, bgp)) addresses.add(prefix.slice(0, prefix.indexOf("/")));
  }
  const changed = changedServices(...services);
  for (const { metadata, spec } of changed)
    networks.add(networkKey({ project: metadata.project, network: spec.network }));
  const names = changed.map(({ metadata }) => serviceKey({ project: metadata.project, service: metadata.name }));
  return { networks, addresses, services: new Set(names), egress, hosts, everything };
}

function changedServices(before: readonly Service[], after: readonly Service[]): readonly Service[] {
  if (before === after) return [];
  const [then, now] = [new Set(before), new Set(after)];
  return [...before.filter((each) => !now.has(each)), ...after.filter((each) => !then.has(each))];
}

/** Every mixture of hosts that have taken the change and hosts that have not. */
export function stepsGraph(before: Site, after: Site): Graph {
  const networks = new Map<number, Network>();
  for (const vni of new Set([...before.networks.keys(), ...after.networks.keys()])) {
    const [then, now] = [before.networks.get(vni), after.networks.get(vni)];
    networks.set(vni, then === now && now !== undefined ? now : networkOf(vni, localsOfBoth(then, now)));
  }
  const hostOf = ({ node, side }: Local): HostState =>
    (side === "Before" ? before.nodes.get(node) : (after.nodes.get(node) ?? before.nodes.get(node))) as HostState;
  const entries = (address: Ipv6): readonly Entry[] => [
    ...before.entryHosts(address).map((node): Entry => ({ node, side: "Before" })),
    ...after.entryHosts(address).map((node): Entry => ({ node, side: "After" })),
  ];
  const entriesBeyond = (from: Local, address: Ipv6): readonly Entry[] =>
    sidesOf(from).flatMap(({ own, side }) => entriesFrom(own, side, address));
  const sidesOf = ({ node, side }: Local): readonly { readonly own: HostState; readonly side: Side }[] =>
    (["Before", "After"] as const).flatMap((each) => {
      const own = (each === "Before" ? before : after).nodes.get(node);
      return own === undefined || !atOnce(side, each) ? [] : [{ own, side: each }];
    });
  // Routers hear of other hosts at whichever side these are; of the sender itself at its own.
  const entriesFrom = (own: HostState, ownSide: Side, address: Ipv6): readonly Entry[] =>
    [{ site: before, side: "Before" } as const, { site: after, side: "After" } as const].flatMap(({ site, side }) =>
      entryHostsBeyond(site.bgp, own, address)
        .filter((node) => node !== own.node || side === ownSide)
        .map((node): Entry => ({ node, side })),
    );
  const { hasForeign } = after.graph.routes;
  return graphOf(networks, { entries, entriesBeyond, hostOf, hasForeign });
}

function localsOfBoth(before: Network | undefined, after: Network | undefined): readonly Local[] {
  const found: Local[] = [];
  for (const node of new Set([...(before?.locals.keys() ?? []), ...(after?.locals.keys() ?? [])])) {
    const [then] = before?.locals.get(node) ?? [];
    const [now] = after?.locals.get(node) ?? [];
    if (then !== undefined && now !== undefined && then.underlay === now.underlay && equal(then.state, now.state))
      found.push(now);
    else {
      if (then !== undefined) found.push({ ...then, side: "Before" });
      if (now !== undefined) found.push({ ...now, side: "After" });
    }
  }
  return found;
}
