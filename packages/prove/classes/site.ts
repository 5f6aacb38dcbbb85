/** All nodes at one moment: networks, and who announces what. */
import { memo, push } from "./maps.ts";
import type { Ipv6, Ipv6Prefix } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { buildFabric, entryHosts, entryHostsBeyond, type Fabric } from "@netwright/model";
import { graphOf, type Graph } from "./graph.ts";
import { networkOf, type Local, type Network, type Side } from "./network.ts";
import { equal } from "./equal.ts";
import { byText } from "./sorted-find.ts";

export interface Site {
  /** By name. */
  readonly nodes: ReadonlyMap<string, HostState>;
  /** By VNI. */
  readonly networks: ReadonlyMap<number, Network>;
  /** The nodes without their networks: what routers know. */
  readonly bgp: Fabric;
  readonly entryHosts: (address: Ipv6) => readonly string[];
  readonly graph: Graph;
}

/** @param former of it is kept what did not change: what are the same values */
export function siteOf(states: Iterable<HostState>, former?: Site): Site {
  const nodes = new Map([...states].toSorted((a, b) => byText(a.node, b.node)).map((state) => [state.node, state]));
  const keeps = former !== undefined && sameBgp(former.nodes, nodes);
  const bgp = keeps ? former.bgp : bgpOf(nodes.values());
  const entries = keeps ? former.entryHosts : memo((address: Ipv6) => entryHosts(bgp, address));
  const networks = networksOf(nodes, former);
  const hostOf = ({ node }: Local): HostState => nodes.get(node) as HostState;
  const graph = graphOf(networks, {
    entries: (address) => entries(address).map((node) => ({ node, side: "Both" })),
    entriesBeyond: (from, address) =>
      entryHostsBeyond(bgp, hostOf(from), address).map((node) => ({ node, side: "Both" })),
    hostOf,
    hasForeign: hasForeign(bgp),
  });
  return { nodes, networks, bgp, entryHosts: entries, graph };
}

const bgpOf = (nodes: Iterable<HostState>): Fabric =>
  buildFabric([...nodes].map((state) => Object.assign({}, state, { networks: [] })));

const hasForeign = ({ routers, hosts }: Fabric): boolean =>
  [...routers, ...hosts].some(({ role, bgp }) =>
    bgp.neighbors.some((each) => (role === "Router" ? each.role === "Upstream" : each.foreign !== undefined)),
  );

/** Parts that nobody touched are the same values. */
function sameBgp(before: ReadonlyMap<string, HostState>, after: ReadonlyMap<string, HostState>): boolean {
  if (before.size !== after.size) return false;
  for (const [name, { bgp }] of after) {
    const then = before.get(name)?.bgp;
    if (then === bgp) continue;
    if (then === undefined || !sameSessions(then, bgp) || announced(then, bgp).length > 0) return false;
  }
  return true;
}

export const sameSessions = (one: HostState["bgp"], other: HostState["bgp"]): boolean =>
  one.neighbors === other.neighbors && one.pools === other.pools && one.asn === other.asn;

/** What one of them announces and the other does not. */
export function announced(one: HostState["bgp"], other: HostState["bgp"]): readonly Ipv6Prefix[] {
  if (one.announce === other.announce) return [];
  const [here, there] = [new Set(one.announce), new Set(other.announce)];
  return [...one.announce.filter((each) => !there.has(each)), ...other.announce.filter((each) => !here.has(each))];
}

function networksOf(nodes: ReadonlyMap<string, HostState>, former: Site | undefined): ReadonlyMap<number, Network> {
  const locals = new Map<number, Local[]>();
  for (const state of nodes.values()) for (const local of localsIn(state, "Both")) push(locals, local.state.vni, local);
  return new Map(
    [...locals]
      .toSorted(([a], [b]) => a - b)
      .map(([vni, list]) => {
        const known = former?.networks.get(vni);
        return [vni, known !== undefined && sameLocals(known, list) ? known : networkOf(vni, list)];
      }),
  );
}

export const localsIn = (state: HostState, side: Side): readonly Local[] =>
  state.networks.map((network) => ({ node: state.node, side, underlay: state.underlay, state: network }));

function sameLocals(network: Network, locals: readonly Local[]): boolean {
  return (
    network.locals.size === locals.length &&
    locals.every(({ node, state, underlay }) => {
      const [known] = network.locals.get(node) ?? [];
      return known?.underlay === underlay && equal(known.state, state);
    })
  );
}
