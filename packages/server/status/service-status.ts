/** What a Service is in the world, from what was compiled and what agents say. Pure. */
import { serviceChain, type Condition, type Service, type ServiceStatus } from "@netwright/api";
import type { InstanceEntry } from "@netwright/compiler";
import { announcementsOf } from "./announcements.ts";
import { autoscaleOf } from "./autoscale-status.ts";
import { certificatesOf } from "./certificate-status.ts";
import { conditionsOf } from "./conditions.ts";
import type { Facts } from "./facts.ts";
import { imagesOf } from "./image-status.ts";
import { instanceStatus } from "./instance-status.ts";
import { rolloutOf } from "./rollout-status.ts";
import { tierRolloutsOf } from "./tier-rollout-status.ts";
import { serviceVerdicts } from "./service-verdicts.ts";

export interface ServiceInput {
  readonly facts: Facts;
  readonly service: Service;
  readonly before: readonly Condition[];
  /** Revisions that nodes must have reached for this service's last change to be in force. */
  readonly needed: ReadonlyMap<string, number>;
}

/** Without stages, which are a history and not a state. */
export type ObservedService = Omit<ServiceStatus, "stages">;

export type ServiceInstance = ServiceStatus["instances"][number] & { readonly entry: InstanceEntry };

export function observeService(input: ServiceInput): ObservedService {
  const { facts, service, before } = input;
  const { project, name } = service.metadata;
  const vip = facts.ledger.vips.get(`${project}/${name}`);
  const instances = instancesOf(facts, service);
  const balancers = instances.filter(({ entry }) => entry.role === "LoadBalancer").map(({ host }) => host);
  const announcements = vip === undefined ? [] : announcementsOf(facts, balancers, vip.address);
  const images = imagesOf(facts, service);
  const certificates = certificatesOf(facts, service);
  const rollouts = tierRolloutsOf(facts, service, instances);
  const verdicts = serviceVerdicts({ ...input, vip, instances, announcements, images, rollouts });
  return {
    addresses: vip === undefined ? [] : [{ address: vip.address, pool: vip.pool }],
    announcements: [...announcements],
    instances: instances.map(({ entry: _, ...instance }) => instance),
    ...(images.length === 0 ? {} : { images: [...images] }),
    ...(certificates.length === 0 ? {} : { certificates: [...certificates] }),
    conditions: [...conditionsOf(verdicts, before, facts.now)],
    ...autoscaleOf(facts, service, instances),
    ...rolloutOf(facts, service),
    ...(rollouts.length === 0 ? {} : { rollouts: [...rollouts] }),
  };
}

/** In the order of the chain; of tiers that are leaving, last. */
function instancesOf(facts: Facts, service: Service): readonly ServiceInstance[] {
  const { project, name } = service.metadata;
  const order = serviceChain(service).map((tier) => tier.name);
  const rank = ({ entry }: ServiceInstance): number =>
    (order.indexOf(entry.tier) + order.length + 1) % (order.length + 1);
  return (facts.ledger.byService.get(`${project}/${name}`) ?? [])
    .map((entry) => {
      const { phase, message } = instanceStatus(facts, entry);
      return { id: entry.id, tier: entry.tier, host: entry.host, address: entry.address ?? "", phase, message, entry };
    })
    .toSorted((a, b) => rank(a) - rank(b) || a.entry.number - b.entry.number);
}
