/**
 * The verdict on one instance's own health check: as many answers in a row as `rise` or `fall` asks for change it.
 * Pure; the first answer ever decides at once, so that a restarted agent does not call a healthy instance new.
 */
import { milliseconds, seconds, type Milliseconds } from "@netwright/base";
import type { HealthCheck } from "@netwright/contract";

export interface Verdict {
  readonly healthy: boolean;
  /** Answers in a row that contradict `healthy`. */
  readonly against: number;
  /** When the first of those came, and when the verdict changed last; by the monotonic clock. */
  readonly againstSince: Milliseconds;
  readonly since: Milliseconds;
  /** How often it became unhealthy without `calm` between. */
  readonly falls: number;
}

/** An instance that was healthy for so long has not fallen before. */
const calm = seconds(60);
/** From so many falls on it flaps: each return takes longer than the one before. */
const flapsFrom = 3;
const firstHold = seconds(1);
const longestHold = seconds(60);

export function judge(
  verdict: Verdict | undefined,
  answer: boolean,
  check: Pick<HealthCheck, "rise" | "fall">,
  now: Milliseconds,
): Verdict {
  if (verdict === undefined) return { healthy: answer, against: 0, againstSince: now, since: now, falls: 0 };
  if (answer === verdict.healthy) {
    const falls = verdict.healthy && now - verdict.since >= calm ? 0 : verdict.falls;
    return { ...verdict, against: 0, falls };
  }
  const against = verdict.against + 1;
  const againstSince = verdict.against === 0 ? now : verdict.againstSince;
  const isOver = verdict.healthy
    ? against >= check.fall
    : against >= check.rise && now - againstSince >= holdOf(verdict);
  if (!isOver) return { ...verdict, against, againstSince };
  const falls = verdict.healthy ? (now - verdict.since >= calm ? 1 : verdict.falls + 1) : verdict.falls;
  return { healthy: answer, against: 0, againstSince: now, since: now, falls };
}

/** How long an unhealthy instance must answer well before it counts again, beside `rise`. */
export const holdOf = ({ falls }: Pick<Verdict, "falls">): Milliseconds =>
  falls < flapsFrom ? milliseconds(0) : milliseconds(Math.min(longestHold, firstHold * 2 ** (falls - flapsFrom)));

/** It comes and goes: who sends it something may be disappointed. */
export const isFlapping = ({ healthy, falls }: Verdict): boolean => !healthy && falls >= flapsFrom;
