/** What people do to a rollout by hand. Pure. */
import type { Instant } from "@netwright/base";
import { ledgerKeys } from "../ledger-keys.ts";
import type { Ledger, LedgerChange } from "../ledger.ts";
import type { RevisionEntry, TierRolloutEntry } from "../rollout-entries.ts";

/** Nothing is replaced from now on, in this rollout or a later one. */
export const pauseRollout = (entry: TierRolloutEntry, by: string): readonly LedgerChange[] =>
  entry.heldBy === null ? [changeOf({ ...entry, heldBy: by })] : [];

/** Whatever it waits for, it goes on; what failed is tried again. */
export function resumeRollout(ledger: Ledger, entry: TierRolloutEntry, now: Instant): readonly LedgerChange[] {
  const { project, service, tier, asked, phase, heldBy } = entry;
  const goesOn = { ...entry, heldBy: null, progressAt: now };
  if (phase === "Paused") return [changeOf({ ...goesOn, phase: "Progressing", isResumed: true })];
  if (phase === "Complete" || phase === "Progressing") return heldBy === null ? [] : [changeOf(goesOn)];
  const key = ledgerKeys.revision(project, service, tier, asked);
  const revision = ledger.get(key);
  if (revision?.kind !== "Revision") return [changeOf(goesOn)];
  const again: RevisionEntry = { ...revision, outcome: "UnderWay", reason: null };
  const anew = { isResumed: false, since: now, until: null, reason: null, readyAt: {}, progress: "" };
  const begun: TierRolloutEntry = { ...goesOn, ...anew, phase: "Progressing", target: revision.hash };
  return [changeOf(begun), { key, entry: again }];
}

const changeOf = (entry: TierRolloutEntry): LedgerChange => ({
  key: ledgerKeys.tierRollout(entry.project, entry.service, entry.tier),
  entry,
});
