/** One node's state as facts in words: what a plan compares and prints. */
import { printOctets, type Octets } from "@netwright/api";
import type {
  Delivery,
  EgressEntry,
  HostState,
  ListenerKey,
  LoadBalancer,
  NetworkState,
  PolicyEntry,
  ProxyRun,
  VolumeState,
  WorkloadState,
} from "@netwright/contract";
import type { NamePair } from "./class-names.ts";

export interface Fact {
  /** Facts of two states with the same key are about the same thing. */
  readonly key: string;
  readonly text: string;
  /** What else may change about it; a difference here is `~`. */
  readonly body: unknown;
}

/** In the order in which a reader wants them: network, workloads, firewall, load balancing, routing. */
export function describeNode(state: HostState, names: NamePair): readonly Fact[] {
  return [
    ...state.networks.flatMap((network) => networkFacts(network, names)),
    ...(state.volumes ?? []).flatMap(volumeFacts),
    ...underlayFacts(state),
    ...bgpFacts(state),
  ];
}

const fact = (text: string, body: unknown = null, key = text): Fact => ({ key, text, body });

function networkFacts(network: NetworkState, names: NamePair): readonly Fact[] {
  const name = network.project === "default" ? network.name : `${network.project}/${network.name}`;
  const { vni, prefix, mtu } = network;
  return [
    fact(`network ${name}: VNI ${vni}, ${prefix}, MTU ${mtu}`, null, `network ${name}`),
    ...nameFacts(name, network),
    ...network.tunnels.map(({ host, vtep }) => fact(`tunnel to ${host} for network ${name}`, vtep)),
    ...network.workloads.flatMap(workloadFacts),
    ...network.policy.map((entry) => policyFact(network, entry, names)),
    ...(network.egress ?? []).map((entry) => egressFact(network, entry, names)),
    ...network.deliveries.map(deliveryFact),
    ...network.loadBalancers.flatMap(balancerFacts),
  ];
}

/** Every host of a network answers the same: what they stand for is told by their services. */
const nameFacts = (network: string, { names }: NetworkState): readonly Fact[] =>
  names === undefined
    ? []
    : [fact(`names in network ${network}: ${names.length}`, names, `names in network ${network}`)];

function workloadFacts(workload: WorkloadState): readonly Fact[] {
  const { id, address, run, ports, health, class: cls } = workload;
  const own = fact(`workload ${id} at ${address}`, { cls, ports, health, run: run.kind === "Proxy" ? null : run });
  return run.kind === "Proxy" ? [own, ...proxyFacts(id, run)] : [own];
}

function proxyFacts(id: string, { listeners, backends, certificates }: ProxyRun): readonly Fact[] {
  const digests = new Map(certificates.map(({ name, digest }) => [name, digest]));
  return [
    ...listeners.map((listener) => {
      const place = `${listener.hostname}:${listener.port}`;
      if (listener.kind === "Https") return fact(`proxy ${id}: https://${place}`, digests.get(listener.certificate));
      if (listener.kind === "Plain") return fact(`proxy ${id}: answers to certificate authorities at http://${place}`);
      return fact(`proxy ${id}: redirect http://${place} to port ${listener.httpsPort}`);
    }),
    ...backends.flatMap(({ name, members, health }) =>
      members.map(({ instance, address, port, tls }) =>
        fact(`proxy ${id}: member ${instance} for ${name}${tls === true ? " with mutual TLS" : ""}`, {
          address,
          port,
          health,
        }),
      ),
    ),
  ];
}

function policyFact(
  { project, name }: NetworkState,
  { from, to, protocol, port, origin }: PolicyEntry,
  names: NamePair,
): Fact {
  const network = `${project}/${name}`;
  const text = `firewall: ${names(network, from, to)} ${protocol}/${port}`;
  return fact(`${text} (${origin.object} ${origin.field})`, null, `${network} ${from} ${to} ${protocol} ${port}`);
}

function egressFact(
  { project, name }: NetworkState,
  { from, source, to, protocol, port, origin }: EgressEntry,
  names: NamePair,
): Fact {
  const network = `${project}/${name}`;
  const flow = `egress: ${names(network, from, 0)} ${to} ${protocol}/${port} as ${source}`;
  return fact(
    `${flow} (${origin.object} ${origin.field})`,
    null,
    `${network} ${from} ${to} ${protocol} ${port} egress`,
  );
}

const printListener = ({ vip, protocol, port }: ListenerKey): string => `[${vip}]:${port}/${protocol}`;

const deliveryFact = (delivery: Delivery): Fact =>
  fact(`delivery ${printListener(delivery)} to ${delivery.instance} port ${delivery.targetPort}`, delivery.address);

function balancerFacts(listener: LoadBalancer): readonly Fact[] {
  const text = `load balancer ${printListener(listener)}`;
  return [
    fact(text),
    ...listener.members.map(({ instance, hostId, mac }) => fact(`${text}: member ${instance}`, { hostId, mac })),
  ];
}

/** What is discarded is no longer anybody's. */
function volumeFacts({ id, sizeBytes, phase }: VolumeState): readonly Fact[] {
  if (phase === "Discarded") return [];
  const [project = "", name = ""] = id.split(".");
  const shown = project === "default" ? name : `${project}/${name}`;
  return [fact(`volume ${shown}: ${printOctets(sizeBytes as Octets)}`, null, `volume ${id}`)];
}

function underlayFacts({ underlay }: HostState): readonly Fact[] {
  return [
    ...underlay.tunnelPeers.map((peer) => fact(`underlay: VXLAN from ${peer}`)),
    ...(underlay.site === undefined ? [] : [fact("underlay: addresses of the site's own", underlay.site)]),
    ...underlay.externalInterfaces.map((device) => fact(`underlay: no VXLAN on ${device}`)),
  ];
}

function bgpFacts({ bgp }: HostState): readonly Fact[] {
  const neighbors = bgp.neighbors.map(({ name, role, asn, address, ...rest }) =>
    fact(`BGP ${role.toLowerCase()} ${name}, AS ${asn} at ${address}`, rest, `BGP ${name}`),
  );
  return [
    fact(`BGP: AS ${bgp.asn}, identifier ${bgp.routerId}`, [bgp.loopbacks, bgp.underlay], "BGP"),
    ...bgp.pools.map((pool) => fact(`pool ${pool}`)),
    ...neighbors,
    ...bgp.announce.map((prefix) => fact(`announce ${prefix}`)),
  ];
}
