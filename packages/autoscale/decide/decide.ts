/**
 * Our own scaler. The whole service is decided at once: what is known at the front door and of every tier, which tier is the
 * bottleneck, and then each tier from the rearmost forward, so that one never outgrows those behind it.
 */
import { frontOf, type Front } from "./front.ts";
import { known, type Known } from "./known.ts";
import type { Observation } from "./observation.ts";
import type { Policy } from "./policy.ts";
import { emptyTier, type State } from "./state.ts";
import { decideTier, type TierOutcome } from "./tier.ts";
import { diagnose, nextTrial, withOverload, type Diagnosis } from "./diagnose.ts";
import type { Decision, Scaler, StageLog } from "./types.ts";

const nothing: State = { tiers: {} };

export function decide(policy: Policy, observation: Observation, before: State = nothing): Decision<State> {
  const { at } = observation;
  const front = frontOf(policy, observation, before);
  const tiers = policy.tiers.flatMap((tier): readonly Known[] => {
    const seen = observation.tiers.find(({ name }) => name === tier.name);
    return seen === undefined ? [] : [known(tier, seen, before.tiers[tier.name] ?? emptyTier, front, at)];
  });
  const diagnosis = diagnose(tiers, front, before, at);
  const learned = tiers.map((tier) => ({ ...tier, state: withOverload(tier.state, tier, diagnosis, at) }));
  const outcomes = inChain(learned, front, diagnosis, at);
  const trial = nextTrial(diagnosis, outcomes, tiers, front, at);
  const bottleneck = bottleneckOf(diagnosis, outcomes);
  return {
    at,
    desired: Object.fromEntries(
      outcomes.flatMap(({ name, desired }) => (desired === undefined ? [] : [[name, desired]])),
    ),
    perMetric: outcomes.flatMap(({ perMetric }) => perMetric),
    stages: [...frontWords(front), ...diagnosis.stages, ...outcomes.flatMap(({ stages }) => stages)],
    reasons: [...diagnosis.reasons, ...outcomes.flatMap(({ reasons }) => reasons)],
    ...(bottleneck === undefined ? {} : { bottleneck }),
    state: {
      ...front.state,
      tiers: Object.fromEntries(outcomes.map(({ name, state }) => [name, state])),
      ...(trial === undefined ? {} : { trial }),
    },
  };
}

export const netwright: Scaler<State> = { name: "netwright", decide };

/** The cause of a missed objective; else the narrowest of those that stay too small for what arrives. */
function bottleneckOf({ finding }: Diagnosis, outcomes: readonly TierOutcome[]): string | undefined {
  return finding?.helps === true ? finding.tier : outcomes[0]?.narrow?.name;
}

/** From the rearmost forward; each sees what was decided for those behind it. */
function inChain(
  tiers: readonly Known[],
  front: Front,
  { finding, acts }: Diagnosis,
  now: Observation["at"],
): readonly TierOutcome[] {
  const outcomes: TierOutcome[] = [];
  for (const [index, { policy, look, state }] of [...tiers.entries()].toReversed()) {
    const isCause = acts && finding?.tier === policy.name;
    const drains = tiers.slice(0, index).find((other) => other.look.seen.draining > 0);
    const outcome = decideTier({
      policy,
      look,
      state,
      now,
      rate: front.coming,
      behind: tiers.slice(index + 1).map((other) => other.look),
      narrow: outcomes.at(-1)?.narrow,
      frontDrains: drains?.policy.name,
      cure: isCause ? { finding, strain: front.strain ?? 1 } : undefined,
    });
    outcomes.push(outcome);
  }
  return outcomes.toReversed();
}

function frontWords({ rate, coming = 0, answered, strain }: Front): readonly StageLog[] {
  const parts = [
    rate === undefined ? "the rate is not measured" : `${rate.toPrecision(3)}/s arrive`,
    ...(rate === undefined || coming <= rate ? [] : [`${coming.toPrecision(3)}/s are to be expected`]),
    ...(answered === undefined ? [] : [`${answered.toPrecision(3)}/s are answered`]),
    ...(strain === undefined ? [] : [`latency is ${Math.round(strain * 100)}% of the objective`]),
  ];
  return [{ stage: "Collect", words: `front door: ${parts.join(", ")}` }];
}
