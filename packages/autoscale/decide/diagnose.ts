/** What a missed objective leads to: growth of the tier that is the cause, or words why that would not help. */
import { seconds, type Instant } from "@netwright/base";
import { findBottleneck, type Finding } from "./bottleneck.ts";
import type { Front } from "./front.ts";
import type { Known } from "./known.ts";
import type { State, TierState } from "./state.ts";
import type { TierOutcome } from "./tier.ts";
import { followTrial, type Trial, type TrialVerdict } from "./trial.ts";
import type { Reason, StageLog } from "./types.ts";

export interface Diagnosis {
  readonly finding?: Finding;
  /** True when the tier of the finding is to grow for it. */
  readonly acts: boolean;
  readonly trial?: Trial;
  readonly stages: readonly StageLog[];
  readonly reasons: readonly Reason[];
}

interface Says {
  readonly words: string;
  readonly acts?: true;
  readonly reason?: Pick<Reason, "tier" | "code">;
}

export function diagnose(tiers: readonly Known[], { strain }: Front, before: State, at: Instant): Diagnosis {
  if (strain === undefined) return { acts: false, ...keptTrial(before.trial), stages: [], reasons: [] };
  const tried = tiers.find(({ policy }) => policy.name === before.trial?.tier);
  const { verdict, trial } = followTrial(before.trial, tried?.look.seen, strain, at);
  if (strain <= 1) return { acts: false, ...keptTrial(trial), stages: [], reasons: [] };
  const finding = findBottleneck(tiers.map(({ look }) => look));
  const cause = tiers.find(({ policy }) => policy.name === finding.tier);
  const says =
    !finding.helps || cause === undefined
      ? useless(finding)
      : judge(cause, finding, tried === cause ? verdict : "None");
  const words = `the objective is missed (${Math.round(strain * 100)}% of it): ${says.words}`;
  return {
    finding,
    acts: says.acts === true,
    ...keptTrial(trial),
    stages: [{ stage: "Bottleneck", words }],
    reasons: says.reason === undefined ? [] : [{ ...says.reason, message: words }],
  };
}

const keptTrial = (trial: Trial | undefined): { readonly trial?: Trial } => (trial === undefined ? {} : { trial });

const useless = ({ tier, message }: Finding): Says => ({
  words: `more instances would not help: ${message}`,
  reason: { ...(tier === undefined ? {} : { tier }), code: "ScalingWouldNotHelp" },
});

function judge({ policy: { name, scaling }, look: { seen } }: Known, finding: Finding, verdict: TrialVerdict): Says {
  const words = `${name} is the bottleneck: ${finding.message}`;
  if (scaling === undefined)
    return { words: `${words}; it has no autoscale`, reason: { tier: name, code: "NotScaled" } };
  if (verdict === "Failed" && finding.evidence === "Time")
    return useless({ ...finding, message: `${finding.message}, and more of ${name} were tried` });
  if (seen.rollout) return { words: `${words}; a rollout of it is under way` };
  if (seen.warming > 0) return { words: `${words}; ${seen.warming} more are starting` };
  if (verdict === "Waiting" && finding.evidence === "Time")
    return { words: `${words}; whether the last growth helps is not known yet` };
  const hasOwn = scaling.metrics.some(
    ({ kind, ...each }) => kind === "Target" && "metric" in each && each.metric === "cpu",
  );
  // How much more CPU is needed its own metric knows better.
  if (finding.evidence === "Cpu" && hasOwn) return { words: `${words}; its own metrics size it` };
  return { words, acts: true };
}

/** How long a tier is kept from getting back to the load at which it was the bottleneck. */
const remembered = seconds(3600);

/** What the tiers learn from it: what one instance cannot carry. Another program, or a guess that failed, is a fresh start. */
export function withOverload(
  state: TierState,
  { look: { name, load, seen } }: Known,
  { finding, acts, trial }: Diagnosis,
  at: Instant,
): TierState {
  const { overload, ...rest } = state;
  const failed = trial?.tier === name && trial.failedAt !== undefined;
  if (seen.rollout || failed) return rest;
  if (acts && finding?.tier === name && finding.evidence !== "Cpu" && load !== undefined && load > 0)
    return { ...rest, overload: { at, load: Math.min(load, overload?.load ?? load) } };
  return overload !== undefined && at - overload.at < remembered ? state : rest;
}

/** A guess that was acted on is followed until it is known whether it was right. */
export function nextTrial(
  { finding, acts, trial }: Diagnosis,
  outcomes: readonly TierOutcome[],
  tiers: readonly Known[],
  { strain }: Front,
  at: Instant,
): Trial | undefined {
  const seen = tiers.find(({ policy }) => policy.name === finding?.tier)?.look.seen;
  const desired = outcomes.find(({ name }) => name === finding?.tier)?.desired;
  if (!acts || finding?.evidence !== "Time" || seen === undefined || strain === undefined) return trial;
  return (desired ?? 0) > seen.wanted ? { tier: seen.name, since: at, strain, ready: seen.ready } : trial;
}
