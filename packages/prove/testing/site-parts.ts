/** What a service comes to: workloads, rules, listeners, by host. */
import { addressAt, parsePrefix, type Ipv6 } from "@netwright/base";
import {
  workloadAddress,
  workloadMac,
  type Delivery,
  type EgressEntry,
  type LoadBalancer,
  type PolicyEntry,
  type WorkloadState,
} from "@netwright/contract";
import {
  allowsOf,
  egressTargets,
  nameOf,
  origin,
  pool,
  tierNames,
  tierPort,
  within,
  type ServiceSketch,
  type Sketch,
} from "./site-sketch.ts";

export interface Parts {
  readonly network: number;
  readonly workloads: readonly { readonly host: number; readonly state: WorkloadState }[];
  readonly policy: readonly PolicyEntry[];
  readonly listener: (Omit<LoadBalancer, "members"> & { readonly members: LoadBalancer["members"] }) | undefined;
  readonly balancers: readonly number[];
  readonly deliveries: readonly { readonly host: number; readonly state: Delivery }[];
  readonly egress: readonly { readonly host: number; readonly state: EgressEntry }[];
}

export const prefixOf = (network: number) => parsePrefix(`fd00:0:0:${network + 1}::/64`);
const classOf = (service: number, tier: number): number => service * 8 + tier + 1;
/** After the tiers that are written. */
const proxyTier = 6;
const vipOf = (service: number): Ipv6 => addressAt(pool, BigInt(service + 1));
const sourceOf = (host: number): Ipv6 => addressAt(pool, BigInt(host + 100));

export function partsOf(drawn: Sketch, own: ServiceSketch, index: number): Parts {
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
