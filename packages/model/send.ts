/** One packet's way through the fabric, decision by decision, as the nodes' states make it. */
import { hostPrefix, prefixContains, type Ipv6 } from "@netwright/base";
import { hostPrefixOf, identityOf, type HostState } from "@netwright/contract";
import { arrive, arriveFromOutside, through } from "./arrive.ts";
import { candidates, candidatesBeyond } from "./edge-route.ts";
import { instanceKey, placeOf, policyKey, type Fabric, type LocalNetwork, type Located } from "./fabric.ts";
import { leave } from "./leave.ts";
import { Walk, type Packet, type Trace } from "./trace.ts";

/**
 * Sends the first packet of a connection. From outside, also where an instance sends it out and it comes in again, it takes the first
 * of the equal-cost hosts, or `via`. Pure: the same fabric and packet give the same trace.
 */
export function send(fabric: Fabric, packet: Packet, via?: string): Trace {
  const walk = new Walk();
  if (packet.from === "internet") return fromInternet(fabric, packet, walk, via);
  const { project, instance } = packet.from;
  const source = fabric.instances.get(instanceKey(project, instance));
  if (source === undefined) return walk.dropped(instance, "no node runs this instance");
  return fromInstance(fabric, packet, source, walk, via);
}

/** Hosts that a packet from the internet to this address may arrive at. */
export const entryHosts = (fabric: Fabric, address: Ipv6): readonly string[] =>
  candidates(fabric, address, new Walk()).map((host) => host.node);

/** Hosts that a packet may arrive at which this host sends to a public address of the site. */
export const entryHostsBeyond = (fabric: Fabric, from: HostState, address: Ipv6): readonly string[] =>
  from.bgp.announce.includes(hostPrefix(address))
    ? [from.node]
    : candidatesBeyond(fabric, from, address, new Walk()).map((host) => host.node);

function fromInternet(fabric: Fabric, packet: Packet, walk: Walk, via: string | undefined): Trace {
  const hosts = candidates(fabric, packet.destination, walk);
  const host = via === undefined ? hosts[0] : hosts.find((each) => each.node === via);
  if (host === undefined)
    return walk.dropped("edge", `no route to ${packet.destination}${via === undefined ? "" : ` by ${via}`}`);
  const others = via === undefined ? hosts.filter((each) => each !== host) : [];
  return arriveFromOutside(fabric, packet, [host, ...others], walk);
}

function fromInstance(
  fabric: Fabric,
  packet: Packet,
  { network, workload }: Located,
  walk: Walk,
  via: string | undefined,
): Trace {
  const place = placeOf(network);
  if (packet.source !== workload.address) {
    return walk.dropped(place, `anti-spoofing: ${workload.id} may only send from ${workload.address}`);
  }
  walk.step(place, "source address is its own", workload.address);
  const { destination } = packet;
  if (!prefixContains(network.state.prefix, destination)) {
    return leave(fabric, packet, network, walk, via);
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

/** The verdict map of one network on one host: undefined when it lets the packet pass. */
function refusal(network: LocalNetwork, packet: Packet, walk: Walk): Trace | undefined {
  const [from, to] = [identityOf(packet.source).class, identityOf(packet.destination).class];
  const entry = network.policy.get(policyKey(from, to, packet.protocol, packet.destinationPort));
  const flow = `class ${from} to class ${to}, ${packet.protocol} port ${packet.destinationPort}`;
  if (entry === undefined) return walk.dropped(placeOf(network), `firewall: no rule allows ${flow}`);
  walk.step(placeOf(network), "firewall: allowed", flow, entry.origin);
  return undefined;
}
