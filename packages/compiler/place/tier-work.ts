/** What placing one tier works with, and which of its instances run and may stay. */
import type { ChainTier, Host, Service } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry, NetworkEntry, TemplateEntry } from "../ledger-entries.ts";
import type { Applied, ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { Demand } from "./demand.ts";
import type { Explanation } from "./explanation.ts";
import type { RolloutLimits } from "./rollout-limits.ts";
import type { Standing } from "./standing.ts";
import { volumesLost, type VolumeWork } from "./volumes.ts";

export interface TierWork {
  readonly objects: ObjectSet;
  readonly draft: Draft;
  readonly observed: Observed;
  readonly now: Instant;
  /** By number. */
  readonly hosts: readonly Host[];
  readonly standing: (host: string) => Standing;
  readonly service: Applied<Service>;
  readonly network: NetworkEntry;
  readonly tier: ChainTier;
  /** Undefined for load balancers and proxies. */
  readonly template: TemplateEntry | undefined;
  readonly companions: Demand;
  readonly limits: RolloutLimits;
  /** Whether an instance that is ready counts for replacing others. */
  readonly isSeasoned: (instance: InstanceEntry) => boolean;
  readonly explain: (explanation: Explanation) => void;
}

export function running({ draft, service, tier }: TierWork): InstanceEntry[] {
  const { project, name } = service.object.metadata;
  return draft
    .instancesOf(project, name)
    .filter((each) => each.tier === tier.name && each.phase === "Run" && each.former === undefined)
    .toSorted((a, b) => a.number - b.number);
}

/** Instances that may stay as they are. */
export const fresh = (work: TierWork): InstanceEntry[] =>
  running(work).filter((instance) => whyNotStay(work, instance) === undefined);

/** Instances that may stay where they are, though some run what is to be replaced. */
export const staying = (work: TierWork): InstanceEntry[] =>
  running(work).filter((instance) => whyLeave(work, instance) === undefined);

/** Why it must go, in words; undefined when it may stay. */
export const whyNotStay = (work: TierWork, instance: InstanceEntry): string | undefined =>
  whyLeave(work, instance) ?? (isOutdated(work, instance) ? work.limits.because : undefined);

export const isOutdated = ({ template }: TierWork, instance: InstanceEntry): boolean =>
  instance.template !== (template?.hash ?? "");

/** Why it must go, whatever it runs. */
export function whyLeave(work: TierWork, instance: InstanceEntry): string | undefined {
  const { standing, tier } = work;
  const stands = standing(instance.host);
  if (stands.kind !== "Stays") return stands.reason;
  if ((instance.ordinal ?? 0) > tier.replicas)
    return `${tier.name} has ${tier.replicas} ${tier.replicas === 1 ? "replica" : "replicas"} now`;
  return volumesLost(work, instance);
}

export const volumeWork = ({ draft, service, tier, template }: TierWork): VolumeWork => {
  const { project, name } = service.object.metadata;
  return { draft, project, service: name, tier: tier.name, replicas: tier.replicas, template };
};
