/** How far tiers are with what they were asked to run, and what is to be said of it. Pure. */
import { isWorkloadTier, objectName, type Service, type TierRolloutStatus } from "@netwright/api";
import { formatInstant } from "@netwright/base";
import { ledgerKeys, sizedService, type Ledger, type RevisionEntry, type TierRolloutEntry } from "@netwright/compiler";
import type { Facts } from "./facts.ts";
import type { ServiceInstance } from "./service-status.ts";

export function tierRolloutsOf(
  { ledger }: Pick<Facts, "ledger">,
  service: Service,
  instances: readonly ServiceInstance[],
): readonly TierRolloutStatus[] {
  const { project, name } = service.metadata;
  return sizedService(service, ledger.entries)
    .spec.tiers.filter(isWorkloadTier)
    .flatMap((tier) => {
      const entry = ledger.entries.get(ledgerKeys.tierRollout(project, name, tier.name));
      return entry?.kind === "TierRollout" ? [statusOf(ledger.entries, entry, tier.replicas, instances)] : [];
    });
}

/** More numbers than revisions are kept. */
const numbersBack = 20;

function revisionsOf(ledger: Ledger, { project, service, tier, asked }: TierRolloutEntry): readonly RevisionEntry[] {
  const numbers = Array.from({ length: numbersBack }, (_, back) => asked - back).toReversed();
  return numbers.flatMap((number) => {
    const entry = ledger.get(ledgerKeys.revision(project, service, tier, number));
    return entry?.kind === "Revision" ? [entry] : [];
  });
}

function statusOf(
  ledger: Ledger,
  entry: TierRolloutEntry,
  replicas: number,
  instances: readonly ServiceInstance[],
): TierRolloutStatus {
  const { tier, phase, asked, target, reason, heldBy, since, until } = entry;
  const revisions = revisionsOf(ledger, entry);
  const own = instances.filter(({ entry: each }) => each.tier === tier && each.former === undefined);
  const updated = own.filter(({ entry: each }) => each.phase === "Run" && each.template === target);
  return {
    tier,
    phase,
    asked,
    runs: revisions.findLast(({ hash }) => hash === target)?.number ?? asked,
    ...(reason === null ? {} : { reason }),
    ...(heldBy === null ? {} : { heldBy }),
    replicas,
    updated: updated.length,
    ready: updated.filter((instance) => instance.phase === "Ready").length,
    old: own.filter(({ entry: each }) => each.template !== target).length,
    since: formatInstant(since),
    took: until === null ? null : until - since,
    revisions: revisions.map(({ number, at, outcome, reason: why, workload }) => ({
      revision: number,
      at: formatInstant(at),
      outcome,
      ...(why === null ? {} : { reason: why }),
      image: workload.image,
    })),
  };
}

/** Where what runs is not what the manifest asks for, and will not be by itself; and what can be done. */
export function judgeRollouts(
  service: Service,
  rollouts: readonly TierRolloutStatus[],
): { readonly status: "False"; readonly reason: string; readonly message: string } | undefined {
  for (const { tier, phase, asked, runs, reason = "", heldBy, old } of rollouts) {
    const name = `${objectName(service)}/${tier}`;
    const retry = `apply another workload, try again with netwright rollout resume ${name}`;
    const back = `, or take it out of the manifest with netwright rollout undo ${name}`;
    const no = (why: string, message: string) => ({ status: "False", reason: why, message }) as const;
    if (phase === "RolledBack" || phase === "RollingBack")
      return no(
        phase,
        `tier ${tier} runs revision ${runs}, not ${asked} as asked for, which failed: ${reason}; ${retry}${back}`,
      );
    if (phase === "Stopped") return no(phase, `revision ${asked} of tier ${tier} failed: ${reason}; ${retry}${back}`);
    if (phase === "Paused")
      return no(
        phase,
        `the first instance of revision ${asked} of tier ${tier} is ready: go on with netwright rollout resume ${name}${back}`,
      );
    if (heldBy !== undefined && old > 0)
      return no("Paused", `${heldBy} paused tier ${tier}: go on with netwright rollout resume ${name}`);
  }
  return undefined;
}
