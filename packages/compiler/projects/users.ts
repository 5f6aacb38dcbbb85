/**
 * What projects ask for, as it is written: replicas, times the limits of a tier's workload; with autoscale the most that it may
 * grow to, so that no quota stands in the way of a size that was allowed. What stands beside it while
 * a change is carried out (new instances next to old ones, addresses that rest) is no part of it.
 */
import {
  isWorkloadTier,
  objectName,
  serviceChain,
  type ChainTier,
  type FieldPath,
  type Quota,
  type Service,
  type WorkloadTier,
} from "@netwright/api";
import type { VolumeEntry } from "../ledger-entries.ts";
import { projectKey, type Applied, type ObjectSet } from "../objects.ts";

/** What a quota may limit, in the order in which it is told. */
export const resources = [
  "services",
  "networks",
  "addresses",
  "instances",
  "cpu",
  "memory",
  "storage",
] as const satisfies readonly (keyof Quota)[];
export type Resource = (typeof resources)[number];

/** Thousandths of a CPU, octets, and numbers of things. */
export type Use = Readonly<Record<Resource, number>>;

/** A part of an object that uses some of a resource. */
export interface User {
  readonly project: string;
  readonly resource: Resource;
  readonly amount: number;
  /** Unique among users of one resource. */
  readonly key: string;
  /** As `objectName` prints it. */
  readonly name: string;
  /** Where a person would change it. */
  readonly item: Applied<Parameters<typeof objectName>[0]>;
  readonly path: FieldPath;
}

/** By project. @param volumes those that are there: also what nobody asks for any more takes room. */
export function usersOf(
  objects: ObjectSet,
  volumes: readonly VolumeEntry[] = [],
): ReadonlyMap<string, readonly User[]> {
  const services = [...objects.services.values()].flatMap(serviceUsers);
  const users = [...networkUsers(objects), ...services, ...keptVolumes(objects, volumes)];
  return Map.groupBy(users, ({ project }) => project);
}

export function useOf(users: readonly User[] = []): Use {
  const use: Record<Resource, number> = {
    services: 0,
    networks: 0,
    addresses: 0,
    instances: 0,
    cpu: 0,
    memory: 0,
    storage: 0,
  };
  for (const { resource, amount } of users) use[resource] += amount;
  return use;
}

/** A network is used once, however many services are in it; the one that is written stands for it. */
function networkUsers(objects: ObjectSet): readonly User[] {
  const users = new Map<string, User>();
  const add = (project: string, network: string, item: User["item"], path: FieldPath): void => {
    const key = projectKey(project, network);
    const name = objectName({ kind: "Network", metadata: { name: network, project } });
    if (!users.has(key)) users.set(key, { project, resource: "networks", amount: 1, key, name, item, path });
  };
  for (const item of objects.networks.values())
    add(item.object.metadata.project, item.object.metadata.name, item, ["metadata", "name"]);
  for (const item of objects.services.values())
    add(item.object.metadata.project, item.object.spec.network, item, ["spec", "network"]);
  return [...users.values()];
}

function serviceUsers(item: Applied<Service>): readonly User[] {
  const { object } = item;
  const { project, name: service } = object.metadata;
  const own = projectKey(project, service);
  const name = objectName(object);
  const user = (resource: Resource, amount: number, path: FieldPath, tier = ""): User => ({
    project,
    resource,
    amount,
    key: `${own}/${tier}`,
    name,
    item,
    path,
  });
  const tiers = serviceChain(object).flatMap((tier): User[] => {
    const path = tier.field[1] === "tiers" ? [...tier.field, ...sizePath(tier)] : tier.field;
    const replicas = mostOf(tier);
    const instances = user("instances", replicas, path, tier.name);
    if (tier.role !== "Workload") return [instances];
    const { cpu = 0, memory = 0 } = tier.tier.workload.resources;
    return [
      instances,
      user("cpu", replicas * cpu, path, tier.name),
      user("memory", replicas * memory, path, tier.name),
      user("storage", replicas * storageOf(tier.tier), path, tier.name),
    ];
  });
  return [
    user("services", 1, ["metadata", "name"]),
    ...(object.spec.expose.length === 0 ? [] : [user("addresses", 1, ["spec", "expose"])]),
    ...tiers,
  ];
}

type Size = Pick<ChainTier, "replicas" | "autoscale">;

const mostOf = ({ replicas, autoscale }: Size): number => autoscale?.max ?? replicas;
const sizePath = ({ autoscale }: Size): FieldPath => (autoscale === undefined ? ["replicas"] : ["autoscale", "max"]);

const storageOf = ({ workload }: WorkloadTier): number =>
  (workload.volumes ?? []).reduce((sum, { size = 0 }) => sum + size, 0);

/** What volumes hold beyond what tiers ask for as they are written now. */
function keptVolumes(objects: ObjectSet, volumes: readonly VolumeEntry[]): readonly User[] {
  return volumes.flatMap((entry): User[] => {
    const { project, name } = entry;
    const amount = entry.size - sizeAskedFor(objects, entry);
    if (amount <= 0) return [];
    const object = { kind: "Volume", metadata: { project, name } };
    const item = { object, sources: {} };
    return [
      {
        project,
        resource: "storage",
        amount,
        key: `volume ${name}`,
        name: objectName(object),
        item,
        path: ["spec", "size"],
      },
    ];
  });
}

/** 0 for a volume that no tier asks for. */
function sizeAskedFor(objects: ObjectSet, { project, service, tier, volume, ordinal }: VolumeEntry): number {
  const tiers = objects.services.get(projectKey(project, service))?.object.spec.tiers.filter(isWorkloadTier) ?? [];
  const found = tiers.find(({ name }) => name === tier);
  if (found === undefined || ordinal > mostOf(found)) return 0;
  return found.workload.volumes?.find(({ name }) => name === volume)?.size ?? 0;
}

/** A tier whose instances may take as much as they like of what has a quota. */
export interface Unlimited {
  readonly item: Applied<Service>;
  readonly tier: string;
  readonly replicas: number;
  readonly path: FieldPath;
}

export function unlimitedTiers(item: Applied<Service>, resource: "cpu" | "memory"): readonly Unlimited[] {
  return item.object.spec.tiers.flatMap((tier, index): Unlimited[] => {
    if (!isWorkloadTier(tier) || mostOf(tier) === 0 || tier.workload.resources[resource] !== undefined) return [];
    const path = ["spec", "tiers", index, "workload", "resources"];
    return [{ item, tier: tier.name, replicas: mostOf(tier), path }];
  });
}
