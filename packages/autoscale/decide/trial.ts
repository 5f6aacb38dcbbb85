/** Growth against a missed objective is a guess until it has helped; what did not help is not repeated for a while. */
import { seconds, type Instant } from "@netwright/base";
import type { TierObservation } from "./observation.ts";

export interface Trial {
  readonly tier: string;
  readonly since: Instant;
  /** As a share of the objective, before. */
  readonly strain: number;
  readonly ready: number;
  /** It did not help: since then. */
  readonly failedAt?: Instant;
}

/** From the new instances' being ready until averages have forgotten the time before. */
const settling = seconds(60);
const rest = seconds(600);
/** A latency that is still more than this share of what it was has not become better. */
const better = 0.9;

export type TrialVerdict = "None" | "Waiting" | "Failed";

/** What became of it, as the state to keep and what to do now. */
export function followTrial(
  trial: Trial | undefined,
  seen: TierObservation | undefined,
  strain: number,
  now: Instant,
): { readonly verdict: TrialVerdict; readonly trial?: Trial } {
  if (trial === undefined || seen === undefined) return { verdict: "None" };
  if (trial.failedAt !== undefined)
    return now - trial.failedAt < rest ? { verdict: "Failed", trial } : { verdict: "None" };
  if (seen.warming > 0) return { verdict: "Waiting", trial: { ...trial, since: now } };
  if (now - trial.since < settling) return { verdict: "Waiting", trial };
  const helped = strain <= 1 || strain < better * trial.strain || seen.ready <= trial.ready;
  return helped ? { verdict: "None" } : { verdict: "Failed", trial: { ...trial, failedAt: now } };
}
