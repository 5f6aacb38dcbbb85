/**
 * The verdict on one instance's own health check: as many answers in a row as `rise` or `fall` asks for change it.
 * Pure; the first answer ever decides at once, so that a restarted agent does not call a healthy instance new.
 */
import type { HealthCheck } from "@netwright/contract";

export interface Verdict {
  readonly healthy: boolean;
  /** Answers in a row that contradict `healthy`. */
  readonly against: number;
}

export function judge(
  verdict: Verdict | undefined,
  answer: boolean,
  check: Pick<HealthCheck, "rise" | "fall">,
): Verdict {
  if (verdict === undefined) return { healthy: answer, against: 0 };
  if (answer === verdict.healthy) return { healthy: answer, against: 0 };
  const against = verdict.against + 1;
  const needed = verdict.healthy ? check.fall : check.rise;
  return against >= needed ? { healthy: answer, against: 0 } : { healthy: verdict.healthy, against };
}
