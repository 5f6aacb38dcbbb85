/** Small sites at random: what some services ask for, as a compiler would write it, by hand. */
import type { Service } from "@netwright/api";
import { hostPrefix, parseIpv6, type Ipv6 } from "@netwright/base";
import type { HostState, NetworkState } from "@netwright/contract";
import { partsOf, prefixOf, type Parts } from "./site-parts.ts";
import { pool, serviceOf, type Sketch } from "./site-sketch.ts";

export interface RandomSite {
  readonly states: readonly HostState[];
  readonly services: readonly Service[];
}

export function siteOfSketch(drawn: Sketch): RandomSite {
  const services = drawn.services.map((each, index) => serviceOf(drawn, each, index));
  const hosts = Array.from({ length: drawn.hosts }, (_, index) => index + 1);
  const parts = drawn.services.map((each, index) => partsOf(drawn, each, index));
  return { states: [edgeOf(hosts), ...hosts.map((host) => hostOf(host, hosts, parts))], services };
}

const vtep = (host: number): Ipv6 => parseIpv6(`fd00:0:1::${host}`);
const link = (host: number, end: number): Ipv6 => parseIpv6(`fd00:0:2:${host}::${end}`);
const asnOf = (host: number): number => 65_000 + host;
const session = { loopback: null, bfd: null };

function edgeOf(hosts: readonly number[]): HostState {
  const provider = {
    name: "provider",
    role: "Upstream",
    asn: 64_500,
    interface: "provider",
    localAddress: link(0, 1),
    address: link(0, 2),
    ...session,
  } as const;
  const down = hosts.map(
    (host) =>
      ({
        name: `host${host}`,
        role: "Host",
        asn: asnOf(host),
        interface: `host${host}`,
        localAddress: link(host, 1),
        address: link(host, 2),
        ...session,
      }) as const,
  );
  return {
    node: "edge1",
    role: "Router",
    paused: false,
    underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: ["provider"] },
    networks: [],
    bgp: {
      asn: 64_510,
      routerId: "10.0.1.1",
      loopbacks: [],
      announce: [],
      pools: [pool],
      underlay: [],
      neighbors: [...down, provider],
    },
  };
}

function hostOf(host: number, hosts: readonly number[], parts: readonly Parts[]): HostState {
  const networks = [0, 1, 2].flatMap(
    (network) =>
      networkOn(
        host,
        network,
        parts.filter((part) => part.network === network),
      ) ?? [],
  );
  const vips = parts.flatMap(({ listener, balancers }) =>
    listener !== undefined && balancers.includes(host) ? [listener.vip] : [],
  );
  const sources = networks.flatMap(({ egress = [] }) => egress.map(({ source }) => source));
  return {
    node: `host${host}`,
    role: "Host",
    paused: false,
    underlay: {
      vtep: vtep(host),
      hostId: host,
      tunnelPeers: hosts.filter((each) => each !== host).map(vtep),
      externalInterfaces: [],
    },
    networks,
    bgp: {
      asn: asnOf(host),
      routerId: `10.0.0.${host}`,
      loopbacks: [],
      announce: [...new Set([...vips, ...sources])].map(hostPrefix).toSorted(),
      pools: [pool],
      underlay: [],
      neighbors: [
        {
          name: "edge1",
          role: "Edge",
          asn: 64_510,
          interface: "edge1",
          localAddress: link(host, 2),
          address: link(host, 1),
          ...session,
        },
      ],
    },
  };
}

const hostsIn = (parts: readonly Parts[]): readonly number[] =>
  [
    ...new Set(parts.flatMap(({ workloads, balancers }) => [...workloads.map((each) => each.host), ...balancers])),
  ].toSorted((a, b) => a - b);

function networkOn(host: number, network: number, parts: readonly Parts[]): NetworkState | undefined {
  const others = hostsIn(parts);
  if (!others.includes(host)) return undefined;
  const here = <T>(list: readonly { readonly host: number; readonly state: T }[]): readonly T[] =>
    list.filter((each) => each.host === host).map(({ state }) => state);
  const workloads = parts.flatMap((part) => here(part.workloads));
  const classes = new Set(workloads.map((each) => each.class));
  const balancers = parts.filter((part) => part.balancers.includes(host)).flatMap(({ listener }) => listener ?? []);
  const rules = new Map(
    parts
      .flatMap(({ policy }) => policy)
      .map((entry) => [`${entry.from} ${entry.to} ${entry.protocol} ${entry.port}`, entry]),
  );
  const egress = parts.flatMap((part) => here(part.egress));
  return {
    project: "default",
    name: `n${network}`,
    vni: network + 1,
    prefix: prefixOf(network),
    mtu: 1430,
    tunnels: others
      .filter((each) => each !== host)
      .map((each) => ({
        host: `host${each}`,
        hostId: each,
        vtep: vtep(each),
        memberMacs: balancers
          .flatMap(({ members }) => members.filter(({ hostId }) => hostId === each).map(({ mac }) => mac))
          .toSorted(),
      })),
    workloads: workloads.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    policy: [...rules.values()].filter(({ from, to }) => classes.has(from) || classes.has(to)),
    loadBalancers: balancers,
    deliveries: parts.flatMap((part) => here(part.deliveries)),
    ...(egress.length === 0 ? {} : { egress }),
  };
}
