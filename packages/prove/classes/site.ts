/** All nodes at one moment: networks, and who announces what. */
import { memo } from "./maps.ts";
import { equal, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { HostState, NetworkState } from "@netwright/contract";
import { buildFabric, entryHosts, entryHostsBeyond, type Fabric } from "@netwright/model";
import { graphOf, type Graph } from "./graph.ts";
import { networkOf, type Local, type Network } from "./network.ts";
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

/** @param former of it is kept what did not change */
export function siteOf(states: Iterable<HostState>, former?: Site): Site {
  const sorted = [...states].toSorted((a, b) => byText(a.node, b.node));
  const nodes = new Map(sorted.map((state) => [state.node, sharing(state, former?.nodes.get(state.node))]));
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

/** From here on, parts that are the same data are the same values, wherever states come from: another compilation, another thread. */
function sharing(state: HostState, former: HostState | undefined): HostState {
  if (former === undefined || former === state) return state;
  const bgp = same(former.bgp, {
    ...state.bgp,
    neighbors: same(former.bgp.neighbors, state.bgp.neighbors),
    pools: same(former.bgp.pools, state.bgp.pools),
  });
  return { ...state, underlay: same(former.underlay, state.underlay), bgp };
}

const same = <T>(former: T, now: T): T => (equal(former, now) ? former : now);

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

/** Only networks of hosts that differ are looked at; of these, only parts that differ are new. */
function networksOf(nodes: ReadonlyMap<string, HostState>, former: Site | undefined): ReadonlyMap<number, Network> {
  const touched = new Set<string>();
  for (const [name, state] of nodes) if (former?.nodes.get(name) !== state) touched.add(name);
  for (const name of former?.nodes.keys() ?? []) if (!nodes.has(name)) touched.add(name);
  const locals = new Map<number, Map<string, Local>>();
  for (const name of touched)
    for (const { vni } of former?.nodes.get(name)?.networks ?? [])
      locals.set(vni, locals.get(vni) ?? new Map<string, Local>());
  for (const name of touched) {
    const state = nodes.get(name);
    for (const network of state?.networks ?? []) {
      const known = former?.networks.get(network.vni)?.locals.get(name)?.[0];
      const of = locals.get(network.vni) ?? new Map<string, Local>();
      locals.set(network.vni, of.set(name, sameOr(known, localOf(state as HostState, network))));
    }
  }
  const networks = new Map(former?.networks);
  for (const [vni, changed] of locals) {
    const network = withLocals(vni, former?.networks.get(vni), touched, changed);
    if (network === undefined) networks.delete(vni);
    else networks.set(vni, network);
  }
  return new Map([...networks].toSorted(([a], [b]) => a - b));
}

const localOf = ({ node, underlay }: HostState, state: NetworkState): Local => ({
  node,
  side: "Both",
  underlay,
  state,
});

const sameOr = (known: Local | undefined, local: Local): Local =>
  known !== undefined && known.underlay === local.underlay && equal(known.state, local.state) ? known : local;

/** @param touched hosts of which only `changed` is left. @returns the former network itself where nothing differs */
function withLocals(
  vni: number,
  former: Network | undefined,
  touched: ReadonlySet<string>,
  changed: ReadonlyMap<string, Local>,
): Network | undefined {
  const before = [...(former?.locals.values() ?? [])].flat();
  const isSame =
    former !== undefined &&
    before.every((local) => !touched.has(local.node) || changed.get(local.node) === local) &&
    [...changed.keys()].every((node) => former.locals.has(node));
  if (isSame) return former;
  const locals = [...before.filter(({ node }) => !touched.has(node)), ...changed.values()];
  return locals.length === 0
    ? undefined
    : networkOf(
        vni,
        locals.toSorted((a, b) => byText(a.node, b.node)),
      );
}
