/** How far tiers are with what they were asked to run, for people. */
import type { TierRolloutStatus } from "@netwright/api";
import { formatDuration, milliseconds } from "@netwright/base";
import { renderTable } from "./table.ts";
import { timeText } from "./times.ts";

/** True when nothing of it is left to be done, by anybody. */
export const isOver = ({ phase }: TierRolloutStatus): boolean => phase === "Complete" || phase === "RolledBack";

/** It goes on when somebody says so. */
export const isWaiting = ({ phase, heldBy, old }: TierRolloutStatus): boolean =>
  phase === "Paused" || phase === "Stopped" || (heldBy !== undefined && old > 0);

/** @param service as `service/shop` */
export function renderRollouts(service: string, rollouts: readonly TierRolloutStatus[]): string {
  const rows = rollouts.map((each) => [
    each.tier,
    each.phase,
    String(each.asked),
    String(each.runs),
    `${each.ready}/${each.replicas}`,
    String(each.old),
    each.took === null ? "-" : formatDuration(milliseconds(each.took)),
  ]);
  const table = renderTable(["TIER", "PHASE", "ASKED", "RUNS", "READY", "OLD", "TOOK"], rows);
  return table + rollouts.map((each) => noteText(service, each)).join("");
}

/** What to do about it; empty where nothing is. */
export function noteText(
  service: string,
  { tier, phase, asked, runs, reason = "", heldBy, old }: TierRolloutStatus,
): string {
  const name = `${service}/${tier}`;
  const retry = `  try again: netwright rollout resume ${name}\n  give it up: netwright rollout undo ${name}\n`;
  const go = `  go on: netwright rollout resume ${name}\n`;
  if (phase === "RolledBack" || phase === "RollingBack")
    return `${tier}: revision ${asked} is what the manifest asks for, and revision ${runs} runs: ${reason}\n${retry}`;
  if (phase === "Stopped") return `${tier}: revision ${asked} failed: ${reason}\n${retry}`;
  if (phase === "Paused")
    return `${tier}: the first instance of revision ${asked} is ready\n${go}  give it up: netwright rollout undo ${name}\n`;
  if (heldBy !== undefined) return `${tier}: paused by ${heldBy}${old > 0 ? "" : ", for the next rollout"}\n${go}`;
  return "";
}

/** Newest first. */
export function renderRevisions(rollouts: readonly TierRolloutStatus[]): string {
  const rows = rollouts.flatMap(({ tier, revisions, runs }) =>
    revisions
      .toReversed()
      .map(({ revision, at, outcome, image, reason = "" }) => [
        tier,
        revision === runs ? `${revision} *` : String(revision),
        timeText(at),
        outcome,
        image,
        reason,
      ]),
  );
  return `${renderTable(["TIER", "REVISION", "AT", "OUTCOME", "IMAGE", "REASON"], rows)}* runs now\n`;
}
