/** From a workload out of its network: by a rule for egress, to the internet or to a public address of the site. */
import { hostPrefix, isPrefix, matchesDomain, prefixContains } from "@netwright/base";
import { identityOf, siteAddresses, type EgressEntry, type HostState } from "@netwright/contract";
import { arriveFromOutside } from "./arrive.ts";
import { candidatesBeyond } from "./edge-route.ts";
import { placeOf, type Fabric, type LocalNetwork } from "./fabric.ts";
import type { Packet, Trace, Walk } from "./trace.ts";

/**
 * To the internet: by a rule, and in the name of an address that comes back here.
 * @param via where it comes in again, if it does; undefined: at the first of the hosts that may get it
 */
export function leave(
  fabric: Fabric,
  packet: Packet,
  network: LocalNetwork,
  walk: Walk,
  via: string | undefined,
): Trace {
  const { source, destination, protocol, destinationPort } = packet;
  const place = placeOf(network);
  const { class: from } = identityOf(source);
  const entry = (network.state.egress ?? []).find(
    (each) =>
      each.from === from &&
      each.protocol === protocol &&
      each.port === destinationPort &&
      leadsTo(each, packet, network),
  );
  const flow = `class ${from} to ${destination}, ${protocol} port ${destinationPort}`;
  if (entry === undefined) return walk.dropped(place, noEgress(packet, network));
  walk.step(place, "firewall: egress allowed", `${flow}${byName(entry, packet, network)}`, entry.origin);
  walk.step(
    place,
    `source becomes ${entry.source}`,
    `announced by ${network.host.node}, so that replies come back here`,
  );
  const { host } = network;
  if (siteAddresses(host).has(destination)) return walk.dropped(host.node, `${destination} is the site's own`);
  if (host.bgp.pools.some((pool) => prefixContains(pool, destination)))
    return toPool(fabric, { ...packet, source: entry.source }, host, walk, via);
  return walk.left(host.node, `to [${destination}]:${destinationPort} by way of the routers`);
}

/** A public address of the site: here where this host announces it, else where routers know it to be. */
function toPool(fabric: Fabric, packet: Packet, host: HostState, walk: Walk, via: string | undefined): Trace {
  const { destination, destinationPort } = packet;
  if (host.bgp.announce.includes(hostPrefix(destination))) return arriveFromOutside(fabric, packet, [host], walk);
  walk.step(host.node, "leaves the host", `to [${destination}]:${destinationPort} by way of the routers`);
  const hosts = candidatesBeyond(fabric, host, destination, walk).filter(
    ({ node }) => via === undefined || node === via,
  );
  if (hosts.length > 0) return arriveFromOutside(fabric, packet, hosts, walk);
  return walk.dropped("edge", `no host announces ${destination}, which is in a pool of the site`);
}

/** A rule by name leads to what was answered for the name, and to what will be answered for the name that is asked for. */
function leadsTo({ to }: EgressEntry, { destination, name }: Packet, { answered }: LocalNetwork): boolean {
  if (isPrefix(to)) return prefixContains(to, destination);
  const names = [...(answered.get(destination) ?? []), ...(name === undefined ? [] : [name])];
  // What an agent remembers across its own restart is the rule's pattern alone.
  return names.some((each) => each === to || matchesDomain(to, each));
}

function byName({ to }: EgressEntry, { destination }: Packet, { answered }: LocalNetwork): string {
  if (isPrefix(to)) return "";
  const isIn = (answered.get(destination) ?? []).some((each) => each === to || matchesDomain(to, each));
  return isIn
    ? `; ${to} has this address now`
    : `; not yet an address of ${to}: it is once a workload here looks it up`;
}

function noEgress({ destination, name }: Packet, { state }: LocalNetwork): string {
  const whom = name === undefined ? destination : `${name} (${destination})`;
  const named = name === undefined && (state.egress ?? []).some(({ to }) => !isPrefix(to));
  const hint = named ? "; no name that a rule is about has this address now" : "";
  return `${whom} is outside ${state.prefix}, and no rule allows egress${hint}`;
}
