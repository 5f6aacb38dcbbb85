/** What is wrong with addresses and numbers of the site, and with the way back. */
import { hostPrefix, prefixContains, type Ipv6, type Ipv6Prefix } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { localsOf, type Network } from "../classes/network.ts";
import { pointsIn } from "../classes/network-edges.ts";
import type { Site } from "../classes/site.ts";
import { flaw, type Flaw } from "../clauses/judgement.ts";
import type { View } from "../clauses/view.ts";
import { sourcesOf } from "./network-flaws.ts";

const hostsOf = ({ nodes }: Site): readonly HostState[] => [...nodes.values()].filter(({ role }) => role === "Host");

/** Numbers and addresses that must be somebody's alone. */
export function* planFlaws(site: Site): Generator<Flaw> {
  const hosts = hostsOf(site);
  yield* shared(hosts, "host number", ({ underlay }) => `${underlay.hostId}`);
  yield* shared(hosts, "tunnel end point", ({ underlay }) => underlay.vtep ?? undefined);
  yield* shared([...site.nodes.values()], "router ID", ({ bgp }) => bgp.routerId);
  const owners = new Map<string, string>();
  const names = new Map<string, number>();
  for (const network of site.networks.values()) {
    const { project, name, vni, prefixes } = network;
    if (prefixes.length > 1) yield flaw(`hosts do not agree on the prefix of network ${name}: ${prefixes.join(", ")}`);
    const other = names.get(`${project}/${name}`);
    if (other !== undefined) yield flaw(`network ${name} has two VNIs, ${other} and ${vni}`);
    names.set(`${project}/${name}`, vni);
    for (const { listener, local } of pointsIn(network)) {
      const owner = `${project}/${listener.service}`;
      const known = owners.get(listener.vip) ?? owner;
      if (known !== owner)
        yield flaw(`${known} and ${owner} have one public address, ${listener.vip}`, listener.origin);
      owners.set(listener.vip, owner);
      const host = site.nodes.get(local.node);
      if (host !== undefined && !inPools(host, listener.vip))
        yield flaw(`${listener.vip} of ${owner} is in no pool`, listener.origin);
    }
  }
}

const pooled = new WeakMap<readonly Ipv6Prefix[], Map<Ipv6, boolean>>();

/** Asked of the same addresses again and again. */
function inPools({ bgp: { pools } }: HostState, address: Ipv6): boolean {
  const known = pooled.get(pools) ?? new Map<Ipv6, boolean>();
  pooled.set(pools, known);
  const isIn = known.get(address) ?? pools.some((pool) => prefixContains(pool, address));
  known.set(address, isIn);
  return isIn;
}

function* shared(
  nodes: readonly HostState[],
  what: string,
  of: (node: HostState) => string | undefined,
): Generator<Flaw> {
  const owners = new Map<string, string>();
  for (const node of nodes) {
    const value = of(node);
    if (value === undefined) continue;
    const other = owners.get(value);
    if (other !== undefined) yield flaw(`${other} and ${node.node} have one ${what}, ${value}`);
    owners.set(value, node.node);
  }
}

const strays = new WeakMap<HostState, Flaw | null>();

/** What a host announces leads to something there. */
export function* announcementFlaws(site: Site): Generator<Flaw> {
  for (const host of hostsOf(site)) {
    const found = strays.has(host) ? strays.get(host) : strayOf(host);
    strays.set(host, found ?? null);
    if (found !== null && found !== undefined) yield found;
  }
}

function strayOf(host: HostState): Flaw | null {
  if (host.bgp.announce.length === 0) return null;
  const served = new Set<string>();
  for (const { loadBalancers, egress = [] } of host.networks) {
    for (const { vip } of loadBalancers) served.add(hostPrefix(vip));
    for (const { source } of egress) served.add(hostPrefix(source));
  }
  const stray = host.bgp.announce.find((prefix) => !served.has(prefix));
  return stray === undefined ? null : flaw(`${host.node} announces ${stray} and has nothing there`);
}

/** Who sends in tunnels is taken by all other hosts, and nobody else is. */
export function* peerFlaws(site: Site): Generator<Flaw> {
  const hosts = hostsOf(site);
  const all = hosts.flatMap(({ underlay }) => underlay.vtep ?? []).toSorted();
  for (const { node, underlay } of hosts) {
    const others = all.filter((vtep) => vtep !== underlay.vtep);
    const peers = underlay.tunnelPeers;
    const at = others.findIndex((vtep, index) => vtep !== peers[index]);
    if (at < 0 && peers.length === others.length) continue;
    const known = new Set(peers);
    const missing = others.find((vtep) => !known.has(vtep));
    const stranger = peers.find((peer) => !others.includes(peer));
    if (missing !== undefined) yield flaw(`${node} does not take tunnel packets from ${missing}, which is a host`);
    if (stranger !== undefined) yield flaw(`${node} takes tunnel packets from ${stranger}, which is no other host`);
  }
}

/** Replies to egress come back to the host that sent, and to no other one. */
export function* replyFlaws(view: View, site: Site, network: Network): Generator<Flaw> {
  for (const { local, entry } of sourcesOf(network)) {
    view.reads.addresses.add(entry.source);
    const announcers = site.bgp.bgp.announcers.get(hostPrefix(entry.source)) ?? [];
    const other = announcers.find(({ node }) => node !== local.node);
    if (other !== undefined)
      yield flaw(`replies to ${entry.source} of ${local.node} may come back to ${other.node}`, entry.origin);
    if (announcers.length === 0)
      yield flaw(`nobody announces ${entry.source}, in whose name ${local.node} sends`, entry.origin);
  }
  for (const local of localsOf(network)) {
    const host = view.graph.routes.hostOf(local);
    const [delivery] = local.state.deliveries;
    if (delivery !== undefined && !host.bgp.neighbors.some(({ role }) => role === "Edge"))
      yield flaw(`${local.node} delivers for ${delivery.vip} and has no router to send replies to`, delivery.origin);
  }
}
