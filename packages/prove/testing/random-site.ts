/** Small sites at random: what some services ask for, as a compiler would write it, by hand. */
import type { Service } from "@netwright/api";
import { addressAt, hostPrefix, parseIpv6, parsePrefix, type Ipv6 } from "@netwright/base";
import {
  workloadAddress,
  workloadMac,
  type Delivery,
  type EgressEntry,
  type HostState,
  type LoadBalancer,
  type NetworkState,
  type PolicyEntry,
  type WorkloadState,
} from "@netwright/contract";
import * as fc from "fast-check";
import { kinds } from "@netwright/api";

export interface Sketch {
  readonly hosts: number;
  readonly services: readonly ServiceSketch[];
}

interface ServiceSketch {
  readonly network: number;
  /** Hosts of the instances of each tier: a, b, c. */
  readonly tiers: readonly (readonly number[])[];
  /** Https: proxies on these hosts before the first tier. Tcp: to the tier. */
  readonly listener: {
    readonly kind: "Https" | "Tcp" | "None";
    readonly tier: number;
    readonly proxies: readonly number[];
    readonly balancers: readonly number[];
  };
  readonly allow: readonly {
    readonly service: number;
    readonly from: number;
    readonly to: number;
    readonly port: number;
    readonly udp: boolean;
  }[];
  readonly egress: readonly { readonly from: number; readonly to: "world" | "pool" | "name"; readonly port: number }[];
}

const someHosts = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const someHost = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 2 });
const small = fc.integer({ min: 0, max: 2 });

const serviceSketch: fc.Arbitrary<ServiceSketch> = fc.record({
  network: small,
  tiers: fc.array(someHosts, { minLength: 1, maxLength: 3 }),
  listener: fc.record({
    kind: fc.constantFrom("Https" as const, "Tcp" as const, "None" as const),
    tier: small,
    proxies: someHost,
    balancers: someHost,
  }),
  allow: fc.array(
    fc.record({ service: small, from: small, to: small, port: fc.constantFrom(80, 8080, 5432), udp: fc.boolean() }),
    { maxLength: 2 },
  ),
  egress: fc.array(
    fc.record({
      from: small,
      to: fc.constantFrom("world" as const, "pool" as const, "name" as const),
      port: fc.constantFrom(443, 8080),
    }),
    { maxLength: 1 },
  ),
});

export const sketch: fc.Arbitrary<Sketch> = fc.record({
  hosts: fc.integer({ min: 2, max: 4 }),
  services: fc.array(serviceSketch, { minLength: 1, maxLength: 3 }),
});

export interface RandomSite {
  readonly states: readonly HostState[];
  readonly services: readonly Service[];
}

const pool = parsePrefix("2001:db8:100::/64");
const egressTargets = { world: parsePrefix("2001:db8::/32"), pool, name: "*.example.org" } as const;
const tierNames = ["a", "b", "c"] as const;
const nameOf = (index: number): string => `s${index}`;
const networkOf = ({ network }: ServiceSketch): string => `n${network}`;
const tierPort = 8080;
const origin = (service: number, field: string) => ({ object: `service/${nameOf(service)}`, field });

export function siteOfSketch(drawn: Sketch): RandomSite {
  const services = drawn.services.map((each, index) => serviceOf(drawn, each, index));
  const hosts = Array.from({ length: drawn.hosts }, (_, index) => index + 1);
  const parts = drawn.services.map((each, index) => partsOf(drawn, each, index));
  return { states: [edgeOf(hosts), ...hosts.map((host) => hostOf(host, hosts, parts))], services };
}

/** An index that another one of the same site stands for. */
const within = (list: readonly unknown[], index: number): number => index % Math.max(1, list.length);

function allowsOf({ services }: Sketch, own: ServiceSketch): ServiceSketch["allow"] {
  return own.allow
    .map((rule) => ({ ...rule, service: within(services, rule.service), to: within(own.tiers, rule.to) }))
    .map((rule) => ({ ...rule, from: within(services[rule.service]?.tiers ?? [], rule.from) }))
    .filter(({ service }) => services[service]?.network === own.network);
}

function serviceOf(drawn: Sketch, own: ServiceSketch, index: number): Service {
  const { kind, tier } = own.listener;
  const target = tierNames[within(own.tiers, tier)];
  const hostname = `${nameOf(index)}.example.net`;
  const expose = {
    Https: [{ hostname, protocol: "HTTPS" }],
    Tcp: [{ hostname, protocol: "TCP", port: 443, tier: target }],
    None: [],
  };
  const written = {
    apiVersion: "netwright.dev/v1alpha1",
    kind: "Service",
    metadata: { name: nameOf(index) },
    spec: {
      network: networkOf(own),
      expose: expose[kind],
      tiers: own.tiers.map((_, at) => ({
        name: tierNames[at],
        workload: { image: "host", command: ["x"], port: tierPort },
      })),
      allow: allowsOf(drawn, own).map(({ service, from, to, port, udp }) => ({
        from: { service: nameOf(service), tier: tierNames[from] },
        to: tierNames[to],
        port,
        protocol: udp ? "UDP" : "TCP",
      })),
      egress: own.egress.map(({ from, to, port }) => ({
        from: tierNames[within(own.tiers, from)],
        to: egressTargets[to],
        port,
      })),
    },
  };
  return kinds.Service.complete(kinds.Service.schema.parse(written)) as Service;
}

interface Parts {
  readonly network: number;
  readonly workloads: readonly { readonly host: number; readonly state: WorkloadState }[];
  readonly policy: readonly PolicyEntry[];
  readonly listener: (Omit<LoadBalancer, "members"> & { readonly members: LoadBalancer["members"] }) | undefined;
  readonly balancers: readonly number[];
  readonly deliveries: readonly { readonly host: number; readonly state: Delivery }[];
  readonly egress: readonly { readonly host: number; readonly state: EgressEntry }[];
}

const prefixOf = (network: number) => parsePrefix(`fd00:0:0:${network + 1}::/64`);
const classOf = (service: number, tier: number): number => service * 8 + tier + 1;
/** After the tiers that are written. */
const proxyTier = 6;
const vipOf = (service: number): Ipv6 => addressAt(pool, BigInt(service + 1));
const sourceOf = (host: number): Ipv6 => addressAt(pool, BigInt(host + 100));

function partsOf(drawn: Sketch, own: ServiceSketch, index: number): Parts {
  const { kind, tier, proxies, balancers } = own.listener;
  const on = (hosts: readonly number[]) => hosts.map((host) => (host % drawn.hosts) + 1);
  const tiers = new Map(own.tiers.map((hosts, at) => [at, on(hosts)]));
  if (kind === "Https") tiers.set(proxyTier, on(proxies));
  const workloads = [...tiers].flatMap(([at, hosts]) =>
    hosts.map((host, number) => ({ host, state: workloadOf(own, index, at, host, number + 1) })),
  );
  const chain = [...(kind === "Https" ? [proxyTier] : []), ...own.tiers.keys()];
  const neighbours = chain.slice(1).map((to, at): PolicyEntry => ({
    from: classOf(index, chain[at] ?? 0),
    to: classOf(index, to),
    protocol: "tcp",
    port: tierPort,
    origin: origin(index, `spec.tiers[${to}]`),
  }));
  const allowed = allowsOf(drawn, own).map(({ service, from, to, port, udp }, at): PolicyEntry => ({
    from: classOf(service, from),
    to: classOf(index, to),
    protocol: udp ? "udp" : "tcp",
    port,
    origin: origin(index, `spec.allow[${at}]`),
  }));
  const target = kind === "Https" ? proxyTier : within(own.tiers, tier);
  const behind = kind === "None" ? [] : workloads.filter(({ state }) => state.class === classOf(index, target));
  const key = { vip: vipOf(index), protocol: "tcp", port: 443 } as const;
  return {
    network: own.network,
    workloads,
    policy: [...neighbours, ...allowed],
    listener:
      kind === "None"
        ? undefined
        : {
            ...key,
            service: nameOf(index),
            members: behind.map(({ host, state }) => ({ instance: state.id, hostId: host, mac: state.mac })),
            origin: origin(index, "spec.expose[0]"),
          },
    balancers: kind === "None" ? [] : on(balancers),
    deliveries: behind.map(({ host, state }) => ({
      host,
      state: {
        ...key,
        instance: state.id,
        mac: state.mac,
        address: state.address,
        targetPort: kind === "Https" ? 443 : tierPort,
        class: state.class,
        origin: origin(index, "spec.expose[0]"),
      },
    })),
    egress: own.egress.flatMap(({ from, to, port }, at) => {
      const cls = classOf(index, within(own.tiers, from));
      const hosts = new Set(workloads.filter(({ state }) => state.class === cls).map(({ host }) => host));
      return [...hosts].map((host) => ({
        host,
        state: {
          from: cls,
          source: sourceOf(host),
          to: egressTargets[to],
          protocol: "tcp",
          port,
          origin: origin(index, `spec.egress[${at}]`),
        } as EgressEntry,
      }));
    }),
  };
}

function workloadOf(
  { network }: ServiceSketch,
  service: number,
  tier: number,
  host: number,
  number: number,
): WorkloadState {
  const cls = classOf(service, tier);
  const name = tier === proxyTier ? "proxy" : (tierNames[tier] ?? "");
  const ports = [{ protocol: "tcp", port: tier === proxyTier ? 443 : tierPort }] as const;
  const run = { kind: "Proxy", listeners: [], backends: [], certificates: [] } as const;
  const address = workloadAddress(prefixOf(network), host, cls, number);
  return {
    id: `${nameOf(service)}-${name}-${number}`,
    service: nameOf(service),
    tier: name,
    class: cls,
    number,
    address,
    mac: workloadMac(cls, number),
    run,
    ports,
    health: null,
  };
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
