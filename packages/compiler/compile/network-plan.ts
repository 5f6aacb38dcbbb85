/** One tenant network over all hosts: what services ask of it, merged per host. */
import type { Host } from "@netwright/api";
import type { Mac } from "@netwright/base";
import type {
  ClassId,
  EgressEntry,
  HostId,
  LoadBalancerMember,
  NetworkName,
  NetworkState,
  PolicyEntry,
  Tunnel,
} from "@netwright/contract";
import type { NetworkEntry } from "../ledger-entries.ts";
import { byDelivery, byEgress, byFlow, byListener, byText } from "./order.ts";
import type { HostSlice, ServicePlan } from "./service-plan.ts";

interface Core extends Omit<NetworkState, "tunnels" | "names" | "egress"> {
  readonly egress: readonly EgressEntry[];
  readonly reach: readonly LoadBalancerMember[];
  /** Whether a workload here asks for names: proxies are told addresses. */
  readonly asks: boolean;
}

/**
 * Kept between compilations. Invariant: `state(host)` depends only on the slices and rules put in, not on their order.
 * Hosts share the tunnels of others and every rule; a list of tunnels per host is what grows with the square of hosts.
 */
export class NetworkPlan {
  readonly entry: NetworkEntry;
  readonly #mtu: number;
  readonly #hosts: ReadonlyMap<string, Host>;
  /** By host, then service. */
  readonly #slices = new Map<string, Map<string, HostSlice>>();
  /** By service: what it contributes. */
  readonly #rules = new Map<string, readonly PolicyEntry[]>();
  /** By service: what it is called. */
  readonly #names = new Map<string, readonly NetworkName[]>();
  readonly #rulesOf = new Map<ClassId, PolicyEntry[]>();
  /** Hosts that run a class, with the number of its instances there. */
  readonly #hostsOf = new Map<ClassId, Map<string, number>>();
  readonly #cores = new Map<string, Core>();
  #tunnels: readonly Tunnel[] | undefined;
  #allNames: readonly NetworkName[] | undefined;

  constructor(entry: NetworkEntry, mtu: number, hosts: ReadonlyMap<string, Host>) {
    this.entry = entry;
    this.#mtu = mtu;
    this.#hosts = hosts;
  }

  get empty(): boolean {
    return this.#slices.size === 0 && this.#rules.size === 0 && this.#names.size === 0;
  }

  get hosts(): Iterable<string> {
    return this.#slices.keys();
  }

  /** Puts one service's plan in place of its former one. @returns the hosts whose state may differ now. */
  replace(before: ServicePlan | undefined, after: ServicePlan | undefined): ReadonlySet<string> {
    const touched = new Set<string>();
    const key = (after ?? before)?.key ?? "";
    for (const host of new Set([...(before?.slices.keys() ?? []), ...(after?.slices.keys() ?? [])])) {
      const slice = after?.slices.get(host);
      if (slice !== undefined && slice === before?.slices.get(host)) continue;
      if (this.#putSlice(host, key, slice)) for (const each of this.#slices.keys()) touched.add(each);
      touched.add(host);
      this.#cores.delete(host);
    }
    if (after?.names !== before?.names) {
      this.#putNames(key, after?.names ?? []);
      for (const host of this.#slices.keys()) touched.add(host);
    }
    const rules = after?.policy ?? [];
    if (rules !== (before?.policy ?? [])) for (const host of this.#putRules(key, rules)) touched.add(host);
    return touched;
  }

  /** @returns true when the host joined or left the network, so that all hosts' tunnels change. */
  #putSlice(host: string, service: string, slice: HostSlice | undefined): boolean {
    const before = this.#slices.get(host);
    const slices = before ?? new Map<string, HostSlice>();
    this.#countClasses(host, slices.get(service), -1);
    this.#countClasses(host, slice, 1);
    if (slice === undefined) slices.delete(service);
    else slices.set(service, slice);
    if (slices.size === 0) this.#slices.delete(host);
    else this.#slices.set(host, slices);
    const moved = (before !== undefined) !== slices.size > 0;
    if (moved) this.#tunnels = undefined;
    return moved;
  }

  #countClasses(host: string, slice: HostSlice | undefined, by: 1 | -1): void {
    for (const { class: cls } of slice?.workloads ?? []) {
      const counts = this.#hostsOf.get(cls) ?? new Map<string, number>();
      const count = (counts.get(host) ?? 0) + by;
      if (count > 0) counts.set(host, count);
      else counts.delete(host);
      if (counts.size > 0) this.#hostsOf.set(cls, counts);
      else this.#hostsOf.delete(cls);
    }
  }

  #putRules(service: string, rules: readonly PolicyEntry[]): ReadonlySet<string> {
    const before = this.#rules.get(service) ?? [];
    const classes = new Set([...before, ...rules].flatMap(({ from, to }) => [from, to]));
    if (rules.length === 0) this.#rules.delete(service);
    else this.#rules.set(service, rules);
    for (const cls of classes) {
      const others = (this.#rulesOf.get(cls) ?? []).filter((entry) => !before.includes(entry));
      const list = [...others, ...rules.filter(({ from, to }) => from === cls || to === cls)];
      if (list.length === 0) this.#rulesOf.delete(cls);
      else this.#rulesOf.set(cls, list);
    }
    const touched = new Set([...classes].flatMap((cls) => [...(this.#hostsOf.get(cls)?.keys() ?? [])]));
    for (const host of touched) this.#cores.delete(host);
    return touched;
  }

  #putNames(service: string, names: readonly NetworkName[]): void {
    if (names.length === 0) this.#names.delete(service);
    else this.#names.set(service, names);
    this.#allNames = undefined;
  }

  /** The same value for all hosts, so that they are compared at a glance. */
  #namesOf({ asks }: Core): { readonly names?: readonly NetworkName[] } {
    if (!asks) return {};
    this.#allNames ??= [...this.#names.values()].flat().toSorted((a, b) => byText(a.name, b.name));
    return { names: this.#allNames };
  }

  /** Undefined when nothing of the network is on the host. */
  state(host: string): NetworkState | undefined {
    const slices = this.#slices.get(host);
    if (slices === undefined) return undefined;
    const core = this.#cores.get(host) ?? this.#coreOf([...slices.values()]);
    this.#cores.set(host, core);
    const { project, name, vni, prefix, mtu, workloads, policy, loadBalancers, deliveries, egress } = core;
    return {
      project,
      name,
      vni,
      prefix,
      mtu,
      tunnels: this.#tunnelsOf(host, core),
      workloads,
      policy,
      loadBalancers,
      deliveries,
      ...this.#namesOf(core),
      ...(egress.length === 0 ? {} : { egress }),
    };
  }

  #coreOf(slices: readonly HostSlice[]): Core {
    const { project, name, vni, prefix } = this.entry;
    const workloads = slices.flatMap((slice) => slice.workloads).toSorted((a, b) => byText(a.id, b.id));
    return {
      project,
      name,
      vni,
      prefix,
      mtu: this.#mtu,
      workloads,
      policy: this.#policyOf(new Set(workloads.map((workload) => workload.class))),
      loadBalancers: slices.flatMap((slice) => slice.loadBalancers).toSorted(byListener),
      deliveries: slices.flatMap((slice) => slice.deliveries).toSorted(byDelivery),
      egress: slices.flatMap((slice) => slice.egress).toSorted(byEgress),
      asks: workloads.some(({ run }) => run.kind === "Container"),
      reach: slices.flatMap((slice) => slice.reach),
    };
  }

  /** Rules that a local class takes part in. Of two services that ask for the same flow, the first in order is named. */
  #policyOf(classes: ReadonlySet<ClassId>): readonly PolicyEntry[] {
    const sorted = [...new Set([...classes].flatMap((cls) => this.#rulesOf.get(cls) ?? []))].toSorted(
      (a, b) =>
        byFlow(a, b) ||
        byText(a.origin.object, b.origin.object) ||
        Number(a.origin.source === undefined) - Number(b.origin.source === undefined) ||
        byText(a.origin.field, b.origin.field),
    );
    return sorted.filter((entry, index) => index === 0 || byFlow(entry, sorted[index - 1] ?? entry) !== 0);
  }

  #tunnelsOf(host: string, core: Core): readonly Tunnel[] {
    this.#tunnels ??= [...this.#slices.keys()]
      .map((name) => this.#tunnelTo(name))
      .toSorted((a, b) => a.hostId - b.hostId);
    const own = this.#tunnels.findIndex((tunnel) => tunnel.host === host);
    const others = this.#tunnels.toSpliced(own, 1);
    const macs = memberMacs(core);
    return macs.size === 0 ? others : others.map((tunnel) => withMacs(tunnel, macs.get(tunnel.hostId)));
  }

  #tunnelTo(name: string): Tunnel {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new RangeError(`Invariant: host ${name} has a slice and is an object`);
    return { host: name, hostId: host.spec.id, vtep: host.spec.vtep, memberMacs: [] };
  }
}

/** MACs that load balancers here may send to, by host. Only hosts with a load balancer need other hosts' member MACs. */
function memberMacs({ reach }: Core): ReadonlyMap<HostId, ReadonlySet<Mac>> {
  const macs = new Map<HostId, Set<Mac>>();
  for (const { hostId, mac } of reach) macs.set(hostId, (macs.get(hostId) ?? new Set()).add(mac));
  return macs;
}

const withMacs = (tunnel: Tunnel, macs: ReadonlySet<Mac> | undefined): Tunnel =>
  macs === undefined ? tunnel : { ...tunnel, memberMacs: [...macs].toSorted(byText) };
