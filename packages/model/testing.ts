/** A small fabric written by hand, to be broken one part at a time: provider, edge1, and two hosts with one shop. */
import { hostPrefix, parseIpv6, parsePrefix, type Ipv6 } from "@netwright/base";
import {
  workloadAddress,
  workloadMac,
  type BgpNeighbor,
  type ClassId,
  type Delivery,
  type HostState,
  type NetworkState,
  type PolicyEntry,
  type WorkloadState,
} from "@netwright/contract";

export const vip = parseIpv6("2001:db8:100::5");
export const client = parseIpv6("2001:db8:f::1");
export const prefix = parsePrefix("fd77::/64");
const pool = parsePrefix("2001:db8:100::/64");
const origin = { object: "service/shop", field: "spec.expose[0]" };

export const [proxyClass, webClass] = [1, 2];
export const addressOf = (host: number, cls: ClassId, number: number): Ipv6 =>
  workloadAddress(prefix, host, cls, number);

export function workload(host: number, tier: string, cls: ClassId, number: number): WorkloadState {
  const resources = { cpuMillis: null, memoryBytes: null, pids: 10 };
  return {
    id: `shop-${tier}-${number}`,
    service: "shop",
    tier,
    class: cls,
    number,
    address: addressOf(host, cls, number),
    mac: workloadMac(cls, number),
    run: {
      kind: "Container",
      image: "host",
      command: ["x"],
      env: [],
      files: [],
      resources,
      stopGracePeriod: 0 as never,
    },
    ports: [],
    health: null,
  };
}

const neighbor = (
  name: string,
  role: BgpNeighbor["role"],
  asn: number,
  local: string,
  address: string,
): BgpNeighbor => ({
  name,
  role,
  asn,
  interface: name,
  localAddress: parseIpv6(local),
  address: parseIpv6(address),
  loopback: null,
  bfd: null,
});

const link = (host: number, end: number): string => `fd00:0:0:2::${host}:${end}`;
const vtep = (host: number): Ipv6 => parseIpv6(`fd00:0:0:1::${host}`);
const bgp = (asn: number, neighbors: readonly BgpNeighbor[]): HostState["bgp"] => ({
  asn,
  routerId: `10.0.0.${asn % 100}`,
  loopbacks: [],
  announce: [],
  pools: [pool],
  underlay: [],
  neighbors,
});

const edge: HostState = {
  node: "edge1",
  role: "Router",
  paused: false,
  underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: ["provider"] },
  networks: [],
  bgp: bgp(64_510, [
    neighbor("host1", "Host", 65_001, link(1, 0), link(1, 1)),
    neighbor("host2", "Host", 65_002, link(2, 0), link(2, 1)),
    neighbor("provider", "Upstream", 64_500, "fd00:0:0:2::f:1", "fd00:0:0:2::f:0"),
  ]),
};

export const proxyToWeb: PolicyEntry = { from: proxyClass, to: webClass, protocol: "tcp", port: 8080, origin };

export function delivery(host: number, number: number): Delivery {
  return {
    vip,
    protocol: "tcp",
    port: 443,
    instance: `shop-proxy-${number}`,
    mac: workloadMac(proxyClass, number),
    address: addressOf(host, proxyClass, number),
    targetPort: 443,
    class: proxyClass,
    origin,
  };
}

/** A host with proxy and web instance of its own number; both hosts balance over both proxies. */
function hostState(host: number): HostState {
  const other = 3 - host;
  const members = [1, 2].map((number) => ({
    instance: `shop-proxy-${number}`,
    hostId: number,
    mac: workloadMac(proxyClass, number),
  }));
  const network: NetworkState = {
    project: "default",
    name: "web",
    vni: 7,
    prefix,
    mtu: 1430,
    tunnels: [{ host: `host${other}`, hostId: other, vtep: vtep(other), memberMacs: [workloadMac(proxyClass, other)] }],
    workloads: [workload(host, "proxy", proxyClass, host), workload(host, "web", webClass, host)],
    policy: [proxyToWeb],
    loadBalancers: [{ vip, protocol: "tcp", port: 443, service: "shop", members, origin }],
    deliveries: [delivery(host, host)],
  };
  return {
    node: `host${host}`,
    role: "Host",
    paused: false,
    underlay: { vtep: vtep(host), hostId: host, tunnelPeers: [vtep(other)], externalInterfaces: [] },
    networks: [network],
    bgp: {
      ...bgp(65_000 + host, [neighbor("edge1", "Edge", 64_510, link(host, 1), link(host, 0))]),
      announce: [hostPrefix(vip)],
    },
  };
}

export type States = Readonly<Record<"edge1" | "host1" | "host2", HostState>>;
export const shopStates = (): States => ({ edge1: edge, host1: hostState(1), host2: hostState(2) });

/** The states with one part of one host's network replaced. */
export function withNetwork(states: States, host: "host1" | "host2", change: Partial<NetworkState>): States {
  const state = states[host];
  return { ...states, [host]: { ...state, networks: state.networks.map((each) => Object.assign({}, each, change)) } };
}
