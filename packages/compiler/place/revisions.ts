/** What a tier was asked to run: a revision for each change of it, the last ten of them. */
import type { WorkloadTier } from "@netwright/api";
import type { Instant } from "@netwright/base";
import type { Draft } from "../draft.ts";
import { ledgerKeys } from "../ledger-keys.ts";
import type { RevisionEntry } from "../rollout-entries.ts";

export interface TierName {
  readonly project: string;
  readonly service: string;
  readonly tier: string;
}

const keptMax = 10;

const keyOf = ({ project, service, tier, number }: RevisionEntry): string =>
  ledgerKeys.revision(project, service, tier, number);

export const revisionOf = (draft: Draft, { project, service, tier }: TierName, number: number) =>
  draft.get("Revision", ledgerKeys.revision(project, service, tier, number));

/** The next revision. What was under way is superseded; the same that was asked for before is not kept twice, and told. */
export function nextRevision(
  draft: Draft,
  name: TierName,
  last: number,
  { hash, tier, at }: { readonly hash: string; readonly tier: WorkloadTier; readonly at: Instant },
): { readonly revision: RevisionEntry; readonly ranBefore: boolean } {
  const { workload, mutualTls } = tier;
  let ranBefore = false;
  const revision: RevisionEntry = {
    kind: "Revision",
    ...name,
    number: last + 1,
    hash,
    at,
    outcome: "UnderWay",
    reason: null,
    workload,
    ...(mutualTls === undefined ? {} : { mutualTls }),
  };
  for (let number = Math.max(1, last - keptMax); number <= last; number++) {
    const old = revisionOf(draft, name, number);
    if (old === undefined) continue;
    ranBefore ||= old.hash === hash && old.outcome === "Complete";
    if (old.hash === hash || number <= last + 1 - keptMax) draft.delete(keyOf(old));
    else if (old.outcome === "UnderWay") draft.put(keyOf(old), { ...old, outcome: "Superseded" });
  }
  draft.put(keyOf(revision), revision);
  return { revision, ranBefore };
}

export function judgeRevision(
  draft: Draft,
  name: TierName,
  number: number,
  outcome: RevisionEntry["outcome"],
  reason: string | null,
): void {
  const known = revisionOf(draft, name, number);
  if (known !== undefined) draft.put(keyOf(known), { ...known, outcome, reason });
}
