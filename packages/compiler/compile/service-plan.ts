/** What one service asks of the hosts: rules, listeners, deliveries, workloads, announcements. */
import { serviceChain, type ChainTier, type Hostname, type Listener, type Service } from "@netwright/api";
import { hostPrefix, type Ipv6Prefix } from "@netwright/base";
import {
  workloadMac,
  type ClassId,
  type Delivery,
  type EgressEntry,
  type LoadBalancer,
  type LoadBalancerMember,
  type NetworkName,
  type PolicyEntry,
  type WorkloadState,
} from "@netwright/contract";
import type { FormerEntry, InstanceEntry, VipEntry } from "../ledger-entries.ts";
import { isAskedOverHttp } from "../issuers.ts";
import { projectKey, type Applied, type ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { LedgerIndex } from "./index-ledger.ts";
import { egressOf } from "./egress.ts";
import type { Challenges, ServiceIdentity } from "../compile.ts";
import { listenersOf, type PlannedListener } from "./listeners.ts";
import { balancerMembers, memberSets, type MemberSets } from "./member-sets.ts";
import { namesOf } from "./names.ts";
import { policyOf } from "./policy.ts";
import { waysOf, withFormer } from "./ways.ts";
import { workloadStates } from "./workloads.ts";

/** Everything that compiling one service reads. */
export interface ServiceContext {
  readonly objects: ObjectSet;
  readonly ledger: LedgerIndex;
  readonly observed: Observed;
  /** By hostname: digest of certificate and private key. */
  readonly certificates: ReadonlyMap<string, string>;
  /** By service: what its proxies and workloads show each other. */
  readonly identities?: ReadonlyMap<string, ServiceIdentity>;
  /** By hostname: what a certificate authority asks for. */
  readonly challenges?: Challenges;
}

/** One service's part of one host. */
export interface HostSlice {
  readonly workloads: readonly WorkloadState[];
  readonly deliveries: readonly Delivery[];
  readonly loadBalancers: readonly LoadBalancer[];
  readonly announce: readonly Ipv6Prefix[];
  readonly egress: readonly EgressEntry[];
  /** Where flows may still go that a load balancer here has sent: members, and instances that drain. */
  readonly reach: readonly LoadBalancerMember[];
}

export interface ServicePlan {
  /** Of the service; with a number, of what it was. */
  readonly key: string;
  readonly isFormer: boolean;
  readonly project: string;
  readonly name: string;
  /** Key of its network. */
  readonly network: string;
  readonly vip: VipEntry | undefined;
  readonly hostnames: readonly Hostname[];
  readonly instances: readonly InstanceEntry[];
  readonly policy: readonly PolicyEntry[];
  readonly listeners: readonly PlannedListener[];
  /** What its name and those of its tiers stand for inside its network. By name. */
  readonly names: readonly NetworkName[];
  /** By host name; only hosts with an instance. */
  readonly slices: ReadonlyMap<string, HostSlice>;
}

/** A tier with what the ledger holds of it. */
export interface TierView {
  readonly tier: ChainTier;
  readonly class: ClassId | undefined;
  /** On hosts that exist; by number; draining ones too. */
  readonly instances: readonly InstanceEntry[];
}

/** Every plan of a service: as it is, and as it was as far as something of that is left. By key. */
export function planService(context: ServiceContext, key: string): ReadonlyMap<string, ServicePlan> {
  const { objects, ledger } = context;
  const service = objects.services.get(key);
  const present = service === undefined ? [] : [planOne(context, service, undefined)];
  // The manifest that a former service stood in says something else now: its lines are nobody's to change.
  const former = ledger.formersOf(key).map((entry) => planOne(context, { object: entry.object, sources: {} }, entry));
  return new Map([...present, ...former].flatMap((plan) => (plan === undefined ? [] : [[plan.key, plan]])));
}

/** Undefined when nothing of the service can run yet, for want of a network. */
function planOne(
  context: ServiceContext,
  service: Applied<Service>,
  former: FormerEntry | undefined,
): ServicePlan | undefined {
  const { objects, ledger } = context;
  const { project, name } = service.object.metadata;
  const network = ledger.network(project, service.object.spec.network);
  if (network === undefined) return undefined;
  const key = projectKey(project, name);
  const instances = ledger
    .instancesOf(key, former?.number)
    .filter((each) => objects.hosts.has(each.host) && each.network === network.name);
  const tiers = serviceChain(service.object).map((tier) => ({
    tier,
    class: classOf(context, service.object, tier.name, instances),
    instances: instances.filter((each) => each.tier === tier.name),
  }));
  const vip = former === undefined ? ledger.vip(project, name) : formerVip(former);
  const portOf = (instance: InstanceEntry): number => ledger.template(instance)?.port ?? 0;
  const isAsked = (listener: Listener): boolean => isAskedOverHttp(objects, listener);
  const listeners = vip === undefined ? [] : listenersOf(service, tiers, vip, portOf, isAsked);
  const views = former === undefined ? withFormer(context, key, network.name, tiers) : tiers;
  const ways = waysOf(tiers, views, former === undefined ? ledger.leads(project, name) : former.leads);
  const front = ways.find(({ from }) => from.tier.role === "Proxy")?.to;
  const workloads = workloadStates(context, service, tiers, front);
  const members = new Map(listeners.map((listener) => [listener, memberSets(context, key, listener)]));
  const targets = balancerMembers(context, [
    ...new Set(listeners.flatMap((each) => each.targets.map(({ instance }) => instance))),
  ]);
  const egress = egressOf(context, service, tiers);
  const slices = new Map<string, HostSlice>();
  const others = former === undefined ? [] : presentBalancers(context, former);
  for (const host of new Set([...instances, ...others].map((each) => each.host))) {
    slices.set(host, sliceOf(host, { instances, others, workloads, members, targets, egress }));
  }
  const hostnames = [...new Set(service.object.spec.expose.map(({ hostname }) => hostname))].toSorted();
  const rules = policyOf(context, service, tiers, ways);
  return {
    key: former === undefined ? key : `${key} ${former.number}`,
    isFormer: former !== undefined,
    project,
    name,
    network: projectKey(project, network.name),
    vip,
    hostnames,
    instances,
    policy: former === undefined ? rules : rulesAbout(rules, instances),
    listeners,
    names: former === undefined ? namesOf(context, name, views, front) : [],
    slices,
  };
}

/** What instances have, or else what new ones get. */
function classOf(
  { ledger }: ServiceContext,
  { metadata: { project, name }, spec }: Service,
  tier: string,
  instances: readonly InstanceEntry[],
): ClassId | undefined {
  const own = instances.find((each) => each.tier === tier)?.class;
  const entry = ledger.class(project, name, tier);
  return entry?.network === spec.network ? entry.id : own;
}

/** Of what a service was, only what leads to its instances and from them. */
function rulesAbout(rules: readonly PolicyEntry[], instances: readonly InstanceEntry[]): readonly PolicyEntry[] {
  const classes = new Set(instances.map((each) => each.class));
  return rules.filter(({ from, to }) => classes.has(from) || classes.has(to));
}

const formerVip = ({ project, service, object, address }: FormerEntry): VipEntry | undefined =>
  address === null ? undefined : { kind: "Vip", project, service, pool: object.spec.pool, address };

/** Load balancers of the service as it is lead on flows to instances of what it was, where both have one network. */
function presentBalancers(
  { objects, ledger }: ServiceContext,
  { project, service, object, address }: FormerEntry,
): readonly InstanceEntry[] {
  if (ledger.vip(project, service)?.address !== address) return [];
  return ledger
    .instancesOf(projectKey(project, service))
    .filter(
      ({ role, network, host }) =>
        role === "LoadBalancer" && network === object.spec.network && objects.hosts.has(host),
    );
}

interface SliceParts {
  readonly instances: readonly InstanceEntry[];
  /** Load balancers of another plan that lead to targets of this one. */
  readonly others: readonly InstanceEntry[];
  readonly workloads: ReadonlyMap<string, readonly WorkloadState[]>;
  readonly members: ReadonlyMap<PlannedListener, MemberSets>;
  readonly targets: readonly LoadBalancerMember[];
  readonly egress: ReadonlyMap<string, readonly EgressEntry[]>;
}

function sliceOf(host: string, { instances, others, workloads, members, targets, egress }: SliceParts): HostSlice {
  const balancers = instances.filter((each) => each.role === "LoadBalancer" && each.host === host);
  const listeners = [...members];
  const loadBalancers =
    balancers.length === 0
      ? []
      : listeners.map(([{ key, service, origin }, sets]) => ({ ...key, service, ...sets, origin }));
  const wanted = balancers.some(({ phase }) => phase === "Run") && listeners.some(isServed);
  const deliveries = listeners.flatMap(([listener]) =>
    listener.targets.filter(({ instance }) => instance.host === host).map((target) => deliveryOf(listener, target)),
  );
  const announce = wanted ? [...new Set(listeners.map(([{ key }]) => hostPrefix(key.vip)))] : [];
  return {
    workloads: workloads.get(host) ?? [],
    deliveries,
    loadBalancers,
    announce,
    egress: egress.get(host) ?? [],
    reach: balancers.length === 0 && others.every((each) => each.host !== host) ? [] : targets,
  };
}

/** Flows that are open end where they are: what a service was is announced until its members have drained. */
const isServed = ([{ targets }, { members }]: readonly [PlannedListener, MemberSets]): boolean =>
  members.length > 0 || targets.some(({ instance }) => instance.former !== undefined);

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
