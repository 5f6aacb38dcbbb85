/**
 * Our own scaler. The whole service is decided at once: what is known at the front door and of every tier, which tier is the
 * bottleneck, and then each tier from the rearmost forward, so that one never outgrows those behind it.
 */
import { findBottleneck, type Finding, type TierLook } from "./bottleneck.ts";
import { costs } from "./chain.ts";
import { collect } from "./collect.ts";
import { learn, type Demand } from "./demand.ts";
import { frontOf, type Front } from "./front.ts";
import type { Observation, TierObservation } from "./observation.ts";
import type { MetricName, Policy, TierPolicy } from "./policy.ts";
import { emptyTier, type State, type TierState } from "./state.ts";
import { decideTier, type TierOutcome } from "./tier.ts";
import { followTrial, type Trial } from "./trial.ts";
import type { Decision, Reason, Scaler, StageLog } from "./types.ts";

interface Known {
  readonly policy: TierPolicy;
  readonly look: TierLook;
  readonly state: TierState;
}

const nothing: State = { tiers: {} };

export function decide(policy: Policy, observation: Observation, before: State = nothing): Decision<State> {
  const { at } = observation;
  const front = frontOf(policy, observation, before);
  const tiers = policy.tiers.flatMap((tier): readonly Known[] => {
    const seen = observation.tiers.find(({ name }) => name === tier.name);
    return seen === undefined ? [] : [known(tier, seen, before.tiers[tier.name] ?? emptyTier, front, at)];
  });
  const diagnosis = diagnose(tiers, front, before, at);
  const outcomes = inChain(tiers, front, diagnosis, at);
  const trial = nextTrial(diagnosis, outcomes, tiers, front, at);
  return {
    at,
    desired: Object.fromEntries(outcomes.flatMap(({ name, desired }) => (desired === undefined ? [] : [[name, desired]]))),
    perMetric: outcomes.flatMap(({ perMetric }) => perMetric),
    stages: [...frontWords(front), ...diagnosis.stages, ...outcomes.flatMap(({ stages }) => stages)],
    reasons: [...diagnosis.reasons, ...outcomes.flatMap(({ reasons }) => reasons)],
    state: {
      ...front.state,
      tiers: Object.fromEntries(outcomes.map(({ name, state }) => [name, state])),
      ...(trial === undefined ? {} : { trial }),
    },
  };
}

export const netwright: Scaler<State> = { name: "netwright", decide };

function known(
  policy: TierPolicy,
  seen: TierObservation,
  before: TierState,
  front: Front,
  at: Observation["at"],
): Known {
  const { totals, readings } = collect(seen, before.totals, at);
  const isSteady = !seen.rollout && seen.warming === 0;
  const demand: Partial<Record<MetricName, Demand>> = { ...before.demand };
  for (const metric of costs) {
    const usage = totals[metric];
    if (!isSteady || front.answered === undefined || usage === undefined || readings[metric]?.missing !== 0) continue;
    const learned = learn(before.demand[metric], at, front.answered, usage.slow);
    if (learned !== undefined) demand[metric] = learned;
  }
  const load = front.rate === undefined || seen.ready === 0 ? undefined : front.rate / seen.ready;
  // Another program carries something else.
  const carriedBefore = seen.rollout ? undefined : before.carried;
  const isWell = isSteady && load !== undefined && front.strain !== undefined && front.strain <= 1;
  const carried = isWell ? Math.max(load, carriedBefore ?? 0) : carriedBefore;
  const { carried: _, ...kept } = before;
  return {
    policy,
    look: {
      name: policy.name,
      seen,
      readings,
      ...(load === undefined ? {} : { load }),
      ...(carried === undefined ? {} : { carried }),
    },
    state: { ...kept, totals, demand, ...(carried === undefined ? {} : { carried }) },
  };
}

interface Diagnosis {
  readonly finding?: Finding;
  /** True when the tier of the finding is to grow for it. */
  readonly acts: boolean;
  readonly trial?: Trial;
  readonly stages: readonly StageLog[];
  readonly reasons: readonly Reason[];
}

function diagnose(tiers: readonly Known[], { strain }: Front, before: State, at: Observation["at"]): Diagnosis {
  if (strain === undefined || strain <= 1) return { acts: false, stages: [], reasons: [] };
  const finding = findBottleneck(tiers.map(({ look }) => look));
  const cause = tiers.find(({ policy }) => policy.name === finding.tier);
  const tried = tiers.find(({ policy }) => policy.name === before.trial?.tier);
  const { verdict, trial } = followTrial(before.trial, tried?.look.seen, strain, at);
  const kept = trial === undefined ? {} : { trial };
  const missed = `the objective is missed (${Math.round(strain * 100)}% of it)`;
  const say = (words: string, reasons: readonly Reason[] = []): Diagnosis => ({
    finding,
    acts: false,
    ...kept,
    stages: [{ stage: "Bottleneck", words: `${missed}: ${words}` }],
    reasons,
  });
  const useless = (message: string): Diagnosis =>
    say(message, [{ ...tierOf(finding), code: "ScalingWouldNotHelp", message: `${missed}, and more instances would not help: ${message}` }]);
  if (!finding.helps || cause === undefined) return useless(finding.message);
  const { name, scaling } = cause.policy;
  if (scaling === undefined)
    return say(`${name} is the bottleneck and has no autoscale: ${finding.message}`, [
      { tier: name, code: "NotScaled", message: `${missed}: ${name} is the bottleneck (${finding.message}), and it has no autoscale` },
    ]);
  if (finding.isGuess && verdict === "Failed" && before.trial?.tier === name)
    return useless(`it was tried with ${name}: ${finding.message}`);
  const { seen } = cause.look;
  if (seen.rollout) return say(`${name} is the bottleneck, and a rollout of it is under way`);
  if (seen.warming > 0) return say(`${name} is the bottleneck, and ${seen.warming} more are starting`);
  if (finding.isGuess && verdict === "Waiting") return say(`whether more of ${before.trial?.tier} helps is not known yet`);
  return { ...say(`${name} is the bottleneck: ${finding.message}`), acts: true };
}

const tierOf = ({ tier }: Finding): { readonly tier?: string } => (tier === undefined ? {} : { tier });

/** From the rearmost forward; each sees what was decided for those behind it. */
function inChain(
  tiers: readonly Known[],
  front: Front,
  { finding, acts }: Diagnosis,
  now: Observation["at"],
): readonly TierOutcome[] {
  return tiers.reduceRight<readonly TierOutcome[]>((outcomes, { policy, look, state }, index) => {
    const isCause = acts && finding?.tier === policy.name;
    const drains = tiers.slice(0, index).find((other) => other.look.seen.draining > 0);
    const outcome = decideTier({
      policy,
      look,
      state,
      now,
      rate: front.rate,
      behind: tiers.slice(index + 1).map((other) => other.look),
      narrow: outcomes[0]?.narrow,
      frontDrains: drains?.policy.name,
      cure: isCause ? { finding, strain: front.strain ?? 1 } : undefined,
    });
    return [outcome, ...outcomes];
  }, []);
}

/** A guess that was acted on is followed until it is known whether it was right. */
function nextTrial(
  { finding, acts, trial }: Diagnosis,
  outcomes: readonly TierOutcome[],
  tiers: readonly Known[],
  { strain }: Front,
  at: Observation["at"],
): Trial | undefined {
  const seen = tiers.find(({ policy }) => policy.name === finding?.tier)?.look.seen;
  const desired = outcomes.find(({ name }) => name === finding?.tier)?.desired;
  if (!acts || finding?.isGuess !== true || seen === undefined || strain === undefined) return trial;
  return (desired ?? 0) > seen.wanted ? { tier: seen.name, since: at, strain, ready: seen.ready } : trial;
}

function frontWords({ rate, answered, strain }: Front): readonly StageLog[] {
  const parts = [
    rate === undefined ? "the rate is not measured" : `${rate.toPrecision(3)}/s arrive`,
    ...(answered === undefined ? [] : [`${answered.toPrecision(3)}/s are answered`]),
    ...(strain === undefined ? [] : [`latency is ${Math.round(strain * 100)}% of the objective`]),
  ];
  return [{ stage: "Collect", words: `front door: ${parts.join(", ")}` }];
}
