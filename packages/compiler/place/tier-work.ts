/** What placing one tier works with, and which of its instances run and may stay. */
import type { ChainTier, Host, Service } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { Draft } from "../draft.ts";
import type { InstanceEntry, NetworkEntry, TemplateEntry } from "../ledger.ts";
import type { Applied, ObjectSet } from "../objects.ts";
import type { Observed } from "../observed.ts";
import type { Demand } from "./demand.ts";
import type { Explanation } from "./explanation.ts";
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
export function fresh(work: TierWork): InstanceEntry[] {
  return running(work).filter((instance) => whyNotStay(work, instance) === undefined);
}

/** Why it must go, in words; undefined when it may stay. */
export function whyNotStay(work: TierWork, instance: InstanceEntry): string | undefined {
  const { standing, template, tier } = work;
  const stands = standing(instance.host);
  if (stands.kind !== "Stays") return stands.reason;
  if ((instance.ordinal ?? 0) > tier.replicas)
    return `${tier.name} has ${tier.replicas} ${tier.replicas === 1 ? "replica" : "replicas"} now`;
  const lost = volumesLost(work, instance);
  if (lost !== undefined) return lost;
  return instance.template === (template?.hash ?? "") ? undefined : "replaced: its workload changed";
}

export const volumeWork = ({ draft, service, tier, template }: TierWork): VolumeWork => {
  const { project, name } = service.object.metadata;
  return { draft, project, service: name, tier: tier.name, replicas: tier.replicas, template };
};
