/** What is wrong with addresses and numbers of the site, and with the way back. */
import { hostPrefix, prefixContains } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { isLinked, localsOf, type Network } from "../classes/network.ts";
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

const inPools = ({ bgp }: HostState, address: Parameters<typeof prefixContains>[1]): boolean =>
  bgp.pools.some((pool) => prefixContains(pool, address));

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

/** What a host announces leads to something there. */
export function* announcementFlaws(site: Site): Generator<Flaw> {
  for (const host of hostsOf(site)) {
    if (host.bgp.announce.length === 0) continue;
    const served = new Set<string>();
    for (const { loadBalancers, egress = [] } of host.networks) {
      for (const { vip } of loadBalancers) served.add(hostPrefix(vip));
      for (const { source } of egress) served.add(hostPrefix(source));
    }
    const stray = host.bgp.announce.find((prefix) => !served.has(prefix));
    if (stray !== undefined) yield flaw(`${host.node} announces ${stray} and has nothing there`);
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
    for (const { host: there, hostId } of local.state.tunnels) {
      const [far] = network.locals.get(there) ?? [];
      if (far !== undefined && isLinked(local, far, hostId) && !isLinked(far, local, local.underlay.hostId))
        yield flaw(`${there} takes packets of network ${network.name} from ${local.node}, and replies do not get back`);
    }
  }
}
