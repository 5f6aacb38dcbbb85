/** All tiers of one service, one step further, and the handing over from what the service was before. */
import { serviceChain, type ChainTier } from "@netwright/api";
import type { Diagnostic, Milliseconds } from "@netwright/base";
import type { TemplateEntry } from "../ledger-entries.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Applied } from "../objects.ts";
import { templateOf } from "../template.ts";
import { addDemand, demandOf, noDemand, type Demand } from "./demand.ts";
import { formerInstances, releaseFormer, takeOver } from "./former.ts";
import { awaitsLead, followLeads } from "./leads.ts";
import { noLimits } from "./rollout-limits.ts";
import { followTierRollout, type RolloutNews } from "./tier-rollout.ts";
import { isServing, reconcileTier } from "./tier.ts";
import type { TierWork } from "./tier-work.ts";

type OfTier = "service" | "network" | "tier" | "template" | "companions" | "limits" | "isSeasoned";

export interface Common extends Omit<TierWork, OfTier> {
  readonly drainTimeout: Milliseconds;
  readonly tell: (news: RolloutNews) => void;
  readonly isForeseen: boolean;
}
type Service = TierWork["service"]["object"];

interface TierPlan extends Pick<TierWork, "limits" | "isSeasoned"> {
  readonly tier: ChainTier;
  readonly template: TemplateEntry | undefined;
}

export function* reconcileService(common: Common, service: Applied<Service>): Generator<Diagnostic> {
  const { project, name } = service.object.metadata;
  const { draft, explain } = common;
  const network = draft.get("Network", ledgerKeys.network(project, service.object.spec.network));
  if (network === undefined) return;
  followLeads(common, service.object);
  const tiers = serviceChain(service.object).map((tier) => planOf(common, service.object, tier));
  const workOf = (plan: TierPlan): TierWork => {
    const companions = companionsOf(common, service.object, tiers, plan.tier);
    return { ...common, service, network, ...plan, companions };
  };
  takeOver(common, service);
  if (!formerInstances(draft, project, name).some(({ phase }) => phase === "Run")) {
    for (const each of tiers) yield* reconcileTier(workOf(each));
    return;
  }
  // The address leads to one network at a time: load balancers change sides last, when all behind them is there.
  const behind = tiers.filter(({ tier }) => tier.role !== "LoadBalancer");
  for (const each of behind) yield* reconcileTier(workOf(each));
  const waited = behind.filter((each) => !isServing(workOf(each))).map(({ tier }) => tier.name);
  if (waited.length === 0) releaseFormer(common, service);
  for (const each of tiers) {
    if (each.tier.role !== "LoadBalancer") continue;
    const held = formerInstances(draft, project, name).some(
      ({ role, phase }) => role === "LoadBalancer" && phase === "Run",
    );
    if (!held) yield* reconcileTier(workOf(each));
    else {
      const reason = `its address is served by what the service was, until ${waited.join(", ")} can take over`;
      const base = { project, service: name, tier: each.tier.name, instance: `${name}-${each.tier.name}` };
      explain({ ...base, action: "Wait", host: null, reason });
    }
  }
}

/** What the service's other single tiers, not placed yet, will ask for. */
function companionsOf(
  { draft, standing }: Common,
  { metadata: { project, name } }: Service,
  tiers: readonly TierPlan[],
  tier: ChainTier,
): Demand {
  const staying = draft
    .instancesOf(project, name)
    .filter(({ former, host }) => former === undefined && standing(host).kind === "Stays");
  const running = new Set(staying.map((instance) => instance.tier));
  return tiers.reduce(
    (sum, other) =>
      other.tier === tier || other.tier.replicas !== 1 || running.has(other.tier.name)
        ? sum
        : addDemand(sum, demandOfSingle(other)),
    noDemand,
  );
}

function planOf(common: Common, { metadata }: Service, tier: ChainTier): TierPlan {
  if (tier.role !== "Workload")
    return { tier, template: undefined, limits: noLimits(tier.replicas), isSeasoned: () => true };
  const asked = templateOf(common.objects, metadata, tier.tier);
  const { project, name } = metadata;
  const isHeld = awaitsLead(common.draft, project, name, tier.name);
  return { tier, ...followTierRollout({ ...common, isHeld }, { project, service: name }, tier, asked) };
}

const demandOfSingle = ({ tier, template }: TierPlan): Demand =>
  tier.role === "LoadBalancer" ? noDemand : demandOf(template);
