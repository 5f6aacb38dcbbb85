/** From a host's uplinks to a workload: listener, load balancer, tunnel, delivery. */
import type { Ipv6 } from "@netwright/base";
import {
  maglevSize,
  tunnelMac,
  type HostState,
  type LoadBalancer,
  type LoadBalancerMember,
  type Tunnel,
} from "@netwright/contract";
import { choose } from "./choose.ts";
import { deliveryKey, listenerKey, placeOf, type Fabric, type LocalNetwork } from "./fabric.ts";
import { Walk, type Hop, type Packet, type Trace } from "./trace.ts";

/** At one of these hosts, by equal cost: the first of them is followed. There is one. */
export function arriveFromOutside(fabric: Fabric, packet: Packet, hosts: readonly HostState[], walk: Walk): Trace {
  const arrivals = hosts.map((each) => arrivalAt(fabric, each, packet));
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
export function through(fabric: Fabric, network: LocalNetwork, tunnel: Tunnel, walk: Walk): LocalNetwork | Walk {
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

export function arrive(network: LocalNetwork, address: Ipv6, port: number, walk: Walk): Trace {
  const workload = network.workloads.get(address);
  if (workload === undefined) return walk.dropped(placeOf(network), `no workload has ${address}`);
  const { project } = network.state;
  return walk.delivered({ project, instance: workload.id, host: network.host.node, address, port });
}
