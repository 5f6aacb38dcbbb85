/** One packet's way through the fabric, decision by decision, as the nodes' states make it. */
import { isPrefix, matchesDomain, prefixContains, type Ipv6 } from "@netwright/base";
import {
  hostPrefixOf,
  identityOf,
  maglevSize,
  tunnelMac,
  type EgressEntry,
  type HostState,
  type LoadBalancer,
  type LoadBalancerMember,
  type Tunnel,
} from "@netwright/contract";
import { choose } from "./choose.ts";
import { candidates } from "./edge-route.ts";
import {
  deliveryKey,
  instanceKey,
  listenerKey,
  placeOf,
  policyKey,
  type Fabric,
  type LocalNetwork,
  type Located,
} from "./fabric.ts";
import { Walk, type Hop, type Packet, type Trace } from "./trace.ts";

/**
 * Sends the first packet of a connection. From the internet it takes the first of the equal-cost hosts, or `via`.
 * Pure: the same fabric and packet give the same trace.
 */
export function send(fabric: Fabric, packet: Packet, via?: string): Trace {
  const walk = new Walk();
  if (packet.from === "internet") return fromInternet(fabric, packet, walk, via);
  const { project, instance } = packet.from;
  const source = fabric.instances.get(instanceKey(project, instance));
  if (source === undefined) return walk.dropped(instance, "no node runs this instance");
  return fromInstance(fabric, packet, source, walk);
}

/** Hosts that a packet from the internet to this address may arrive at. */
export const entryHosts = (fabric: Fabric, address: Ipv6): readonly string[] =>
  candidates(fabric, address, new Walk()).map((host) => host.node);

function fromInternet(fabric: Fabric, packet: Packet, walk: Walk, via: string | undefined): Trace {
  const hosts = candidates(fabric, packet.destination, walk);
  const host = via === undefined ? hosts[0] : hosts.find((each) => each.node === via);
  if (host === undefined)
    return walk.dropped("edge", `no route to ${packet.destination}${via === undefined ? "" : ` by ${via}`}`);
  const others = via === undefined ? hosts.filter((each) => each !== host) : [];
  const arrivals = [host, ...others].map((each) => arrivalAt(fabric, each, packet));
  walk.either(arrivals.map(({ hop }) => hop));
  const { hop, found } = arrivals[0] as Arrival;
  if (found === undefined) return walk.stopped(hop);
  return balance(fabric, packet, found.network, found.listener, walk);
}

interface Found {
  readonly network: LocalNetwork;
  readonly listener: LoadBalancer;
}

interface Arrival {
  readonly hop: Hop;
  readonly found: Found | undefined;
}

/** What a host does with a packet from outside. */
function arrivalAt(fabric: Fabric, host: HostState, packet: Packet): Arrival {
  const found = listenerOn(fabric, host, packet);
  const place = host.node;
  if (found === undefined) {
    const { destination, protocol, destinationPort } = packet;
    const detail = `no listener for [${destination}]:${destinationPort}/${protocol} is placed here`;
    return { found, hop: { place, step: "drop", detail } };
  }
  const { network, listener } = found;
  const step = `to the uplink of ${network.state.name}`;
  return { found, hop: { place, step, detail: "listener is placed here", rule: listener.origin } };
}

function listenerOn(fabric: Fabric, host: HostState, packet: Packet): Found | undefined {
  const key = listenerKey({ vip: packet.destination, protocol: packet.protocol, port: packet.destinationPort });
  for (const { vni } of host.networks) {
    const network = fabric.networks.get(vni)?.get(host.node);
    const listener = network?.listeners.get(key);
    if (network !== undefined && listener !== undefined) return { network, listener };
  }
  return undefined;
}

function balance(fabric: Fabric, packet: Packet, network: LocalNetwork, listener: LoadBalancer, walk: Walk): Trace {
  const place = placeOf(network);
  const { slot, member } = choose(listener, packet.source, packet.sourcePort);
  if (member === undefined) return walk.dropped(place, "the listener has no ready member");
  walk.step(
    place,
    `load balancer: member ${member.instance}`,
    `slot ${slot} of ${maglevSize}, MAC ${member.mac}`,
    listener.origin,
  );
  if (member.hostId === network.host.underlay.hostId) return deliver(packet, network, member, walk);
  const tunnel = network.state.tunnels.find((each) => each.hostId === member.hostId);
  if (tunnel === undefined || !tunnel.memberMacs.includes(member.mac)) {
    return walk.dropped(place, `the tunnel device does not know MAC ${member.mac}`);
  }
  const far = through(fabric, network, tunnel, walk);
  return far instanceof Walk
    ? walk.dropped(tunnel.host, `does not take network ${network.state.name} from ${network.host.node}`)
    : deliver(packet, far, member, walk);
}

/** The same network at the far end of a tunnel; the walk itself when that host would not take the packet. */
function through(fabric: Fabric, network: LocalNetwork, tunnel: Tunnel, walk: Walk): LocalNetwork | Walk {
  walk.step(
    placeOf(network),
    `tunnel to ${tunnel.host}`,
    `VNI ${network.state.vni}, ${network.host.underlay.vtep} to ${tunnel.vtep}, MAC ${tunnelMac(tunnel.hostId)}`,
  );
  const far = fabric.networks.get(network.state.vni)?.get(tunnel.host);
  const vtep = network.host.underlay.vtep;
  const accepted =
    far !== undefined &&
    vtep !== null &&
    far.host.underlay.vtep === tunnel.vtep &&
    far.host.underlay.tunnelPeers.includes(vtep);
  return accepted ? far : walk;
}

function deliver(packet: Packet, network: LocalNetwork, member: LoadBalancerMember, walk: Walk): Trace {
  const key = { vip: packet.destination, protocol: packet.protocol, port: packet.destinationPort };
  const delivery = network.deliveries.get(deliveryKey(member.mac, key));
  if (delivery === undefined) return walk.dropped(placeOf(network), `no delivery for MAC ${member.mac}`);
  walk.step(
    placeOf(network),
    `delivery to [${delivery.address}]:${delivery.targetPort}`,
    `destination translated for MAC ${member.mac}`,
    delivery.origin,
  );
  return arrive(network, delivery.address, delivery.targetPort, walk);
}

function arrive(network: LocalNetwork, address: Ipv6, port: number, walk: Walk): Trace {
  const workload = network.workloads.get(address);
  if (workload === undefined) return walk.dropped(placeOf(network), `no workload has ${address}`);
  const { project } = network.state;
  return walk.delivered({ project, instance: workload.id, host: network.host.node, address, port });
}

function fromInstance(fabric: Fabric, packet: Packet, { network, workload }: Located, walk: Walk): Trace {
  const place = placeOf(network);
  if (packet.source !== workload.address) {
    return walk.dropped(place, `anti-spoofing: ${workload.id} may only send from ${workload.address}`);
  }
  walk.step(place, "source address is its own", workload.address);
  const { destination } = packet;
  if (!prefixContains(network.state.prefix, destination)) {
    return leave(packet, network, walk);
  }
  if (network.workloads.has(destination)) {
    const denied = refusal(network, packet, walk);
    return denied ?? arrive(network, destination, packet.destinationPort, walk);
  }
  const tunnel = network.state.tunnels.find((each) =>
    prefixContains(hostPrefixOf(network.state.prefix, each.hostId), destination),
  );
  if (tunnel === undefined) return walk.dropped(place, `no route to ${destination}`);
  const near = refusal(network, packet, walk);
  if (near !== undefined) return near;
  const far = through(fabric, network, tunnel, walk);
  if (far instanceof Walk)
    return walk.dropped(tunnel.host, `does not take network ${network.state.name} from ${network.host.node}`);
  return refusal(far, packet, walk) ?? arrive(far, destination, packet.destinationPort, walk);
}

/** To the internet: by a rule, and in the name of an address that comes back here. */
function leave(packet: Packet, network: LocalNetwork, walk: Walk): Trace {
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
  const { underlay, bgp } = network.host;
  const own = [...(underlay.vtep === null ? [] : [underlay.vtep]), ...underlay.tunnelPeers];
  const routers = bgp.neighbors.flatMap(({ address, localAddress }) => [address, localAddress]);
  if ([...own, ...routers].includes(destination)) {
    return walk.dropped(network.host.node, `${destination} is the site's own`);
  }
  return walk.left(network.host.node, `to [${destination}]:${destinationPort} by way of the routers`);
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

/** The verdict map of one network on one host: undefined when it lets the packet pass. */
function refusal(network: LocalNetwork, packet: Packet, walk: Walk): Trace | undefined {
  const [from, to] = [identityOf(packet.source).class, identityOf(packet.destination).class];
  const entry = network.policy.get(policyKey(from, to, packet.protocol, packet.destinationPort));
  const flow = `class ${from} to class ${to}, ${packet.protocol} port ${packet.destinationPort}`;
  if (entry === undefined) return walk.dropped(placeOf(network), `firewall: no rule allows ${flow}`);
  walk.step(placeOf(network), "firewall: allowed", flow, entry.origin);
  return undefined;
}
