/** Host states for tests: one tenant network on three hosts, built from what each test decides. */
import { parseIpv6, parsePrefix, seconds, type DomainPattern, type Ipv6, type Mac } from "@netwright/base";
import {
  workloadAddress,
  workloadMac,
  type BgpNeighbor,
  type Delivery,
  type EgressEntry,
  type FormerMembers,
  type HostState,
  type ListenerKey,
  type LoadBalancer,
  type LoadBalancerMember,
  type NetworkName,
  type NetworkState,
  type PolicyEntry,
  type Tunnel,
  type WorkloadState,
} from "@netwright/contract";

export const prefix = parsePrefix("fd77:0:0:7::/64");
export const vni = 7;
export const mtu = 1430;
export const vip = parseIpv6("2001:db8:100::5");
export const vtep = (host: number): Ipv6 => parseIpv6(`fd00:0:0:1::${host.toString(16)}`);
export const classes = { lb: 1, proxy: 2, web: 3, db: 4 } as const;
export type Tier = keyof typeof classes;

/** An instance in the small language of tests: `web-1` on host 2. */
export interface Instance {
  readonly tier: Tier;
  readonly number: number;
  readonly host: number;
  /** See `LoadBalancerMember`. */
  readonly mute?: true;
}

export const instanceId = ({ tier, number }: Instance): string => `shop-${tier}-${number}`;
export const addressOf = ({ tier, number, host }: Instance): Ipv6 =>
  workloadAddress(prefix, host, classes[tier], number);
const macOf = ({ tier, number }: Instance): Mac => workloadMac(classes[tier], number);

const origin = { object: "service/shop", field: "spec.tiers[0]" };

export interface Scene {
  readonly instances: readonly Instance[];
  /** `proxy>web:8080`, with `/udp` behind where it is not TCP. */
  readonly policy: readonly string[];
  readonly listeners: readonly SceneListener[];
  readonly hosts?: number;
  /** Instances behind each name; absent: nobody answers here. */
  readonly names?: Readonly<Record<string, readonly Instance[]>>;
  /** `web>2001:db8:f::/64:443` or `web>api.example.net:443`, with `/udp` behind where it is not TCP. */
  readonly egress?: readonly string[];
  /** As in `UnderlayState`. */
  readonly site?: readonly Ipv6[];
}

export interface SceneListener {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly targetPort: number;
  /** Hosts that balance it. */
  readonly hosts: readonly number[];
  readonly members: readonly Instance[];
  /** Where packets are still delivered; by default to all members. */
  readonly delivered?: readonly Instance[];
  /** What `members` was before, latest first. */
  readonly former?: readonly (readonly Instance[])[];
}

export const defaultListener = (members: readonly Instance[], hosts: readonly number[]): SceneListener => ({
  protocol: "tcp",
  port: 443,
  targetPort: 8443,
  hosts,
  members,
});

/** The state of one host (1, 2, ...) in the scene. */
export function hostState(scene: Scene, host: number): HostState {
  const all = Array.from({ length: scene.hosts ?? 3 }, (_, index) => index + 1);
  const others = all.filter((id) => id !== host);
  return {
    node: `host${host}`,
    role: "Host",
    paused: false,
    underlay: {
      vtep: vtep(host),
      hostId: host,
      tunnelPeers: others.map(vtep),
      ...(scene.site === undefined ? {} : { site: scene.site }),
      externalInterfaces: [],
    },
    networks: [networkState(scene, host, others)],
    bgp: {
      asn: 4_200_000_000 + host,
      routerId: `10.0.0.${host}`,
      loopbacks: [],
      announce: [],
      pools: [],
      underlay: [],
      neighbors: scene.egress === undefined ? [] : [neighbor(host)],
    },
  };
}

const neighbor = (host: number): BgpNeighbor => ({
  name: "edge",
  role: "Edge",
  asn: 64_510,
  interface: "edge",
  localAddress: parseIpv6(`fd00:0:0:2::${2 * host + 1}`),
  address: parseIpv6(`fd00:0:0:2::${2 * host}`),
  loopback: null,
  bfd: null,
});

function networkState(scene: Scene, host: number, others: readonly number[]): NetworkState {
  return {
    project: "default",
    name: "web",
    vni,
    prefix,
    mtu,
    tunnels: others.map((id): Tunnel => ({
      host: `host${id}`,
      hostId: id,
      vtep: vtep(id),
      memberMacs: memberMacs(scene, id),
    })),
    workloads: scene.instances.filter((instance) => instance.host === host).map(workloadState),
    policy: scene.policy.map(policyEntry),
    loadBalancers: scene.listeners.filter((listener) => listener.hosts.includes(host)).map(loadBalancer),
    deliveries: scene.listeners.flatMap((listener) =>
      (listener.delivered ?? listener.members)
        .filter((member) => member.host === host)
        .map((member) => delivery(listener, member)),
    ),
    ...(scene.egress === undefined ? {} : { egress: scene.egress.map((text) => egressEntry(text, host)) }),
    ...(scene.names === undefined ? {} : { names: namesIn(scene.names) }),
  };
}

export const namesIn = (names: NonNullable<Scene["names"]>): readonly NetworkName[] =>
  Object.entries(names).map(([name, instances]) => ({ name, addresses: instances.map(addressOf).toSorted() }));

/** Members that take new flows, and those that still have some. */
function memberMacs({ listeners }: Scene, host: number): readonly Mac[] {
  const members = listeners.flatMap((listener) => [...listener.members, ...(listener.delivered ?? [])]);
  return [...new Set(members.filter((member) => member.host === host).map(macOf))].toSorted();
}

function workloadState(instance: Instance): WorkloadState {
  const { tier, number } = instance;
  return {
    id: instanceId(instance),
    service: "shop",
    tier,
    class: classes[tier],
    number,
    address: addressOf(instance),
    mac: macOf(instance),
    run: {
      kind: "Container",
      image: "host",
      command: ["/bin/true"],
      env: [],
      files: [],
      resources: { cpuMillis: null, memoryBytes: null, pids: 100 },
      stopGracePeriod: seconds(1),
    },
    ports: [],
    health: null,
  };
}

function policyEntry(text: string): PolicyEntry {
  const [, from = "", to = "", port = "", protocol = "tcp"] = /^(\w+)>(\w+):(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
  return {
    from: classes[from as Tier],
    to: classes[to as Tier],
    protocol: protocol as "tcp" | "udp",
    port: Number(port),
    origin,
  };
}

/** In whose name workloads on a host speak to the internet. */
export const egressAddress = (host: number): Ipv6 => parseIpv6(`2001:db8:100::e${host}`);

function egressEntry(text: string, host: number): EgressEntry {
  const [, from = "", to = "", port = "", protocol = "tcp"] = /^(\w+)>([^>]+):(\d+)(?:\/(\w+))?$/.exec(text) ?? [];
  return {
    from: classes[from as Tier],
    source: egressAddress(host),
    to: to.includes("/") ? parsePrefix(to) : (to as DomainPattern),
    protocol: protocol as "tcp" | "udp",
    port: Number(port),
    origin: { ...origin, field: "spec.egress[0]" },
  };
}

const keyOf = ({ protocol, port }: SceneListener): ListenerKey => ({ vip, protocol, port });

const loadBalancer = (listener: SceneListener): LoadBalancer => ({
  ...keyOf(listener),
  service: "shop",
  members: listener.members.map(memberOf).toSorted(byInstance),
  ...(listener.former === undefined
    ? {}
    : { former: listener.former.map((set) => formerMembers(listener.members, set)), draining: drainingIn(listener) }),
  origin,
});

const memberOf = (member: Instance): LoadBalancerMember => ({
  instance: instanceId(member),
  hostId: member.host,
  mac: macOf(member),
  ...(member.mute === true ? { mute: true } : {}),
});

const byInstance = (a: LoadBalancerMember, b: LoadBalancerMember): number => (a.instance < b.instance ? -1 : 1);

const formerMembers = (now: readonly Instance[], then: readonly Instance[]): FormerMembers => ({
  also: then
    .filter((each) => !now.includes(each))
    .map(instanceId)
    .toSorted(),
  without: now
    .filter((each) => !then.includes(each))
    .map(instanceId)
    .toSorted(),
});

const drainingIn = ({ members, delivered = members }: SceneListener): readonly LoadBalancerMember[] =>
  delivered
    .filter((each) => !members.includes(each))
    .map(memberOf)
    .toSorted(byInstance);

const delivery = (listener: SceneListener, member: Instance): Delivery => ({
  ...keyOf(listener),
  instance: instanceId(member),
  mac: macOf(member),
  address: addressOf(member),
  targetPort: listener.targetPort,
  class: classes[member.tier],
  origin,
});
