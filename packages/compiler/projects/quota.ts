/**
 * Quotas (NW1405). What is refused is growth: a project that is over its quota because that was lowered keeps what it
 * has, and may have less.
 */
import { type Service } from "@netwright/api";
import type { Diagnostic } from "@netwright/base";
import type { VolumeEntry } from "../ledger-entries.ts";
import { diagnose, type Applied, type ObjectSet } from "../objects.ts";
import { printAmount, someOf } from "./amounts.ts";
import { resources, unlimitedTiers, useOf, usersOf, type Resource, type User } from "./users.ts";

export function* checkQuotas(
  before: ObjectSet,
  after: ObjectSet,
  volumes: readonly VolumeEntry[],
): Generator<Diagnostic> {
  const [then, now] = [usersOf(before, volumes), usersOf(after, volumes)];
  for (const [project, { object }] of after.projects) {
    const [old, users] = [then.get(project) ?? [], now.get(project) ?? []];
    const [had, has] = [useOf(old), useOf(users)];
    for (const resource of resources) {
      const limit = object.spec.quota[resource];
      if (limit === undefined || has[resource] <= limit || has[resource] <= had[resource]) continue;
      yield exceeded(project, resource, limit, growthOf(resource, old, users));
    }
  }
  for (const resource of ["cpu", "memory"] as const) yield* limitless(before, after, resource);
}

interface Growth extends User {
  /** Compared with what it had. */
  readonly more: number;
}

function growthOf(resource: Resource, old: readonly User[], users: readonly User[]): readonly Growth[] {
  const had = new Map(old.flatMap((each) => (each.resource === resource ? [[each.key, each.amount]] : [])));
  return users
    .filter((each) => each.resource === resource)
    .map((each) => ({ ...each, more: each.amount - (had.get(each.key) ?? 0) }));
}

/** The one that grows most is to blame. */
function exceeded(project: string, resource: Resource, limit: number, users: readonly Growth[]): Diagnostic {
  const print = (amount: number): string => printAmount(resource, amount);
  const total = users.reduce((sum, { amount }) => sum + amount, 0);
  const [first, ...rest] = users;
  if (first === undefined) throw new RangeError("Invariant: what is over a quota is used by somebody");
  const { item, path } = rest.reduce((a, b) => (b.more > a.more ? b : a), first);
  const text = `${resource} of project ${project}: ${print(total)}, that is ${print(total - limit)} over its quota of ${print(limit)}`;
  return diagnose("NW1405", item, path, text, `it would be used by ${someOf(whoUses(users, print))}`);
}

/** By object, the largest first. */
function whoUses(users: readonly Growth[], print: (amount: number) => string): readonly string[] {
  const objects = [...Map.groupBy(users, ({ name }) => name)].map(([name, parts]) => ({
    name,
    amount: parts.reduce((sum, part) => sum + part.amount, 0),
    more: parts.reduce((sum, part) => sum + part.more, 0),
  }));
  return objects
    .filter(({ amount }) => amount > 0)
    .toSorted((a, b) => b.amount - a.amount || (a.name < b.name ? -1 : 1))
    .map(({ name, amount, more }) => `${name} (${print(amount)}${more > 0 ? `, ${print(more)} of it new` : ""})`);
}

/** What has no limit cannot be counted: where there is a quota, every workload needs one. */
function* limitless(before: ObjectSet, after: ObjectSet, resource: "cpu" | "memory"): Generator<Diagnostic> {
  for (const [key, item] of after.services) {
    const { project } = item.object.metadata;
    if (after.projects.get(project)?.object.spec.quota[resource] === undefined) continue;
    const had = limitlessReplicas(before.services.get(key), resource);
    for (const { tier, replicas, path } of unlimitedTiers(item, resource)) {
      if (replicas <= (had.get(tier) ?? 0)) continue;
      const text = `tier ${tier} has no limit for ${resource}, of which project ${project} has a quota`;
      yield diagnose("NW1405", item, path, text, `write ${resource === "cpu" ? "cpu: 500m" : "memory: 64Mi"} or so`);
    }
  }
}

const limitlessReplicas = (
  item: Applied<Service> | undefined,
  resource: "cpu" | "memory",
): ReadonlyMap<string, number> =>
  new Map((item === undefined ? [] : unlimitedTiers(item, resource)).map(({ tier, replicas }) => [tier, replicas]));
