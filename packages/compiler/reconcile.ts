/** From what is applied and what was reported to what the ledger should say next. Pure. */
import { serviceChain, type ChainTier, type Host, type Service } from "@netwright/api";
import { seconds, type Diagnostic, type Instant, type Milliseconds } from "@netwright/base";
import { allocateAddresses } from "./allocate/addresses.ts";
import { allocateClasses, allocateNetworks } from "./allocate/networks.ts";
import { pinImages } from "./allocate/images.ts";
import { forget } from "./allocate/forget.ts";
import { Draft } from "./draft.ts";
import { ledgerKeys, type Ledger, type LedgerChange, type NetworkEntry, type TemplateEntry } from "./ledger.ts";
import type { Applied, ObjectSet } from "./objects.ts";
import type { Observed } from "./observed.ts";
import { addDemand, demandOf, noDemand, type Demand } from "./place/demand.ts";
import type { Explanation } from "./place/explanation.ts";
import { removeGone } from "./place/gone.ts";
import { reconcileTier } from "./place/tier.ts";
import { templateOf } from "./template.ts";
import { checkConflicts } from "./validate/conflicts.ts";
import { checkReferences } from "./validate/references.ts";

/** An instance that drains is gone after this span even if it still has connections. */
export const defaultDrainTimeout: Milliseconds = seconds(10);

export interface ReconcileInput {
  readonly objects: ObjectSet;
  readonly ledger: Ledger;
  readonly observed: Observed;
  readonly now: Instant;
  readonly drainTimeout?: Milliseconds;
}

export interface Reconciled {
  /** By key. Empty when everything is as it should be. */
  readonly changes: readonly LedgerChange[];
  /** What cannot be done. The changes are good all the same: they do what can be done. */
  readonly diagnostics: readonly Diagnostic[];
  /** Every decision about an instance, in the order in which it was taken. */
  readonly explanations: readonly Explanation[];
  /** When time alone will change something: reconcile again then. Null: only news will. */
  readonly nextAt: Instant | null;
}

/** One step; applying the changes and calling again with nothing new yields none. */
export function reconcile({
  objects,
  ledger,
  observed,
  now,
  drainTimeout = defaultDrainTimeout,
}: ReconcileInput): Reconciled {
  const draft = new Draft(ledger);
  const explanations: Explanation[] = [];
  const explain = (explanation: Explanation): void => void explanations.push(explanation);
  const hosts = [...objects.hosts.values()].map(({ object }) => object).toSorted((a, b) => a.spec.id - b.spec.id);
  removeGone({ objects, draft, observed, now, drainTimeout, explain });
  const diagnostics = [
    ...checkReferences(objects),
    ...checkConflicts(objects),
    ...allocateNetworks(objects, draft),
    ...allocateClasses(objects, draft),
    ...allocateAddresses(objects, draft, now),
  ];
  for (const service of objects.services.values()) {
    diagnostics.push(...reconcileService({ draft, observed, now, hosts, explain }, service));
  }
  forget(objects, draft);
  pinImages(draft, observed);
  return { changes: draft.changes(), diagnostics, explanations, nextAt: nextAt(draft, drainTimeout) };
}

interface Common {
  readonly draft: Draft;
  readonly observed: Observed;
  readonly now: Instant;
  readonly hosts: readonly Host[];
  readonly explain: (explanation: Explanation) => void;
}

function* reconcileService(common: Common, service: Applied<Service>): Generator<Diagnostic> {
  const { project, name } = service.object.metadata;
  const network: NetworkEntry | undefined = common.draft.get(
    "Network",
    ledgerKeys.network(project, service.object.spec.network),
  );
  if (network === undefined) return;
  const tiers = serviceChain(service.object).map((tier) => ({ tier, template: templateFor(project, name, tier) }));
  for (const { tier, template } of tiers) {
    const running = new Set(common.draft.instancesOf(project, name).map((instance) => instance.tier));
    const companions = tiers.reduce(
      (sum, other) =>
        other.tier === tier || tier.replicas !== 1 || running.has(other.tier.name)
          ? sum
          : addDemand(sum, demandOfSingle(other)),
      noDemand,
    );
    yield* reconcileTier({ ...common, service, network, tier, template, companions });
  }
}

const templateFor = (project: string, service: string, tier: ChainTier): TemplateEntry | undefined =>
  tier.role === "Workload" ? templateOf(project, service, tier.tier) : undefined;

const demandOfSingle = ({
  tier,
  template,
}: {
  readonly tier: ChainTier;
  readonly template: TemplateEntry | undefined;
}): Demand => (tier.role === "LoadBalancer" || tier.replicas !== 1 ? noDemand : demandOf(template));

/** The earliest end of a drain or of an address's rest. */
function nextAt(draft: Draft, drainTimeout: Milliseconds): Instant | null {
  let next = Infinity;
  for (const [, { phase, drainSince }] of draft.all("Instance")) {
    if (phase === "Drain") next = Math.min(next, (drainSince ?? 0) + drainTimeout);
  }
  for (const [, { until }] of draft.all("Resting")) next = Math.min(next, until);
  return next === Infinity ? null : (next as Instant);
}
