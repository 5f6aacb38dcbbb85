/** What one service asks of the hosts: rules, listeners, deliveries, workloads, announcements. */
import { serviceChain, type ChainTier, type Hostname, type Service } from "@netwright/api";
import { hostPrefix, type Ipv6Prefix } from "@netwright/base";
import {
  workloadMac,
  type Delivery,
  type LoadBalancer,
  type LoadBalancerMember,
  type PolicyEntry,
  type WorkloadState,
} from "@netwright/contract";
import type { InstanceEntry, VipEntry } from "../ledger.ts";
import { projectKey, type Applied, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { LedgerIndex } from "./index-ledger.ts";
import { listenersOf, type PlannedListener } from "./listeners.ts";
import { byText } from "./order.ts";
import { policyOf } from "./policy.ts";
import { readyMembers } from "./ready-members.ts";
import { workloadStates } from "./workloads.ts";

/** Everything that compiling one service reads. */
export interface ServiceContext {
  readonly objects: ObjectSet;
  readonly ledger: LedgerIndex;
  readonly observed: Observed;
  /** By hostname: certificate chain and private key, PEM. */
  readonly certificates: ReadonlyMap<string, string>;
}

/** One service's part of one host. */
export interface HostSlice {
  readonly workloads: readonly WorkloadState[];
  readonly deliveries: readonly Delivery[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly announce: readonly Ipv6Prefix[];
  /** Where flows may still go that a load balancer here has sent: members, and instances that drain. */
  readonly reach: readonly LoadBalancerMember[];
}

export interface ServicePlan {
  readonly key: string;
  readonly project: string;
  readonly name: string;
  /** Key of its network. */
  readonly network: string;
  readonly vip: VipEntry | undefined;
  readonly hostnames: readonly Hostname[];
  readonly instances: readonly InstanceEntry[];
  readonly policy: readonly PolicyEntry[];
  readonly listeners: readonly PlannedListener[];
  /** By host name; only hosts with an instance. */
  readonly slices: ReadonlyMap<string, HostSlice>;
}

/** A tier with what the ledger holds of it. */
export interface TierView {
  readonly tier: ChainTier;
  /** On hosts that exist; by number; draining ones too. */
  readonly instances: readonly InstanceEntry[];
}

/** Undefined when nothing of the service can run yet, for want of a network. */
export function planService(context: ServiceContext, service: Applied<Service>): ServicePlan | undefined {
  const { objects, ledger } = context;
  const { project, name } = service.object.metadata;
  const network = ledger.network(project, service.object.spec.network);
  if (network === undefined) return undefined;
  const key = projectKey(project, name);
  const instances = ledger
    .instancesOf(key)
    .filter((each) => objects.hosts.has(each.host) && each.network === network.name);
  const tiers = serviceChain(service.object).map((tier) => ({
    tier,
    instances: instances.filter((each) => each.tier === tier.name),
  }));
  const vip = ledger.vip(project, name);
  const listeners =
    vip === undefined ? [] : listenersOf(service, tiers, vip, (instance) => ledger.template(instance)?.port ?? 0);
  const workloads = workloadStates(context, service, tiers);
  const members = new Map(listeners.map((listener) => [listener, membersOf(context, listener)]));
  const targets = balancerMembers(context, [
    ...new Set(listeners.flatMap((each) => each.targets.map(({ instance }) => instance))),
  ]);
  const slices = new Map<string, HostSlice>();
  for (const host of new Set(instances.map((each) => each.host))) {
    slices.set(host, sliceOf(host, { instances, workloads, members, targets }));
  }
  const hostnames = [...new Set(service.object.spec.expose.map(({ hostname }) => hostname))].toSorted();
  return {
    key,
    project,
    name,
    network: projectKey(project, network.name),
    vip,
    hostnames,
    instances,
    policy: policyOf(context, service, tiers),
    listeners,
    slices,
  };
}

function membersOf(context: ServiceContext, { targets }: PlannedListener): readonly LoadBalancerMember[] {
  const instances = targets.map(({ instance }) => instance);
  return balancerMembers(context, readyMembers(instances, context.observed));
}

function balancerMembers(
  { objects }: ServiceContext,
  instances: readonly InstanceEntry[],
): readonly LoadBalancerMember[] {
  return instances
    .flatMap(({ id, host, class: cls, number }) => {
      const hostId = objects.hosts.get(host)?.object.spec.id;
      return hostId === undefined ? [] : [{ instance: id, hostId, mac: workloadMac(cls, number) }];
    })
    .toSorted((a, b) => byText(a.instance, b.instance));
}

interface SliceParts {
  readonly instances: readonly InstanceEntry[];
  readonly workloads: ReadonlyMap<string, readonly WorkloadState[]>;
  readonly members: ReadonlyMap<PlannedListener, readonly LoadBalancerMember[]>;
  readonly targets: readonly LoadBalancerMember[];
}

function sliceOf(host: string, { instances, workloads, members, targets }: SliceParts): HostSlice {
  const balancers = instances.filter((each) => each.role === "LoadBalancer" && each.host === host);
  const listeners = [...members];
  const loadBalancers =
    balancers.length === 0
      ? []
      : listeners.map(([{ key, service, origin }, list]) => ({ ...key, service, members: list, origin }));
  const wanted = balancers.some(({ phase }) => phase === "Run") && listeners.some(([, list]) => list.length > 0);
  const deliveries = listeners.flatMap(([listener]) =>
    listener.targets.filter(({ instance }) => instance.host === host).map((target) => deliveryOf(listener, target)),
  );
  const announce = wanted ? [...new Set(listeners.map(([{ key }]) => hostPrefix(key.vip)))] : [];
  return {
    workloads: workloads.get(host) ?? [],
    deliveries,
    loadBalancers,
    announce,
    reach: balancers.length === 0 ? [] : targets,
  };
}

function deliveryOf(
  { key, origin }: PlannedListener,
  { instance, port }: PlannedListener["targets"][number],
): Delivery {
  if (instance.address === null) throw new RangeError(`Invariant: ${instance.id} is a member and has an address`);
  return {
    ...key,
    instance: instance.id,
    mac: workloadMac(instance.class, instance.number),
    address: instance.address,
    targetPort: port,
    class: instance.class,
    origin,
  };
}
